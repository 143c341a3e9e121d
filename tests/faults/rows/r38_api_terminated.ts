import type { Row } from "../row.ts";
import { at, userHas } from "./steps.ts";

const UPLOADS = 50;

export const r38: Row = {
  id: "R38",
  fault: `API asked to end (SIGTERM) with ${UPLOADS} uploads under way`,
  kind: "timed",
  withinMs: 30_000,
  async inject(round) {
    const api = at(round.world.apis, 0);
    api.links.store.delay(300);
    const sent = round.submitMany(UPLOADS, { api });
    await round.until("the first of them to be under way", () => userHas(round, 1, "draft"));
    await api.terminate();
    await sent;
    api.links.store.restore();
    round.faultOver();
    await api.start();
  },
};
