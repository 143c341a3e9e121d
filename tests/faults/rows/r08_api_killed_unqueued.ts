import type { Row } from "../row.ts";
import { at, userHas } from "./steps.ts";

export const r8: Row = {
  id: "R8",
  fault: "API killed between the record and its job",
  kind: "kill",
  withinMs: 20_000,
  async inject(round) {
    const api = at(round.world.apis, 0);
    const { redis, store } = api.links;
    store.delay(300);
    const sent = round.submitMany(6, { api });
    // Whether Redis is there was asked before.
    await round.until("the drafts", () => userHas(round, 6, "draft"));
    redis.blackhole("both");
    await round.until("the records", () => userHas(round, 6, "processing"));
    await api.kill();
    for (const link of [redis, store]) link.restore();
    round.faultOver();
    await Promise.all([sent, api.start()]);
    await round.submitMany(2);
  },
};
