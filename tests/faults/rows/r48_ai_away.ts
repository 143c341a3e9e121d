import { setTimeout as pause } from "node:timers/promises";
import type { Row } from "../row.ts";

/** Several times what the attempts of one job take. */
const AWAY_MS = 8000;

export const r48: Row = {
  id: "R48",
  fault: "AI away for longer than three attempts take: 20 jobs wait, none is given up",
  kind: "timed",
  withinMs: 30_000,
  rules: { givesCallsBack: true },
  async inject(round) {
    const links = round.world.workers.map(({ links }) => links.ai);
    for (const link of links) link.cut();
    await round.submitMany(20);
    await pause(AWAY_MS);
    for (const link of links) link.restore();
    round.faultOver();
  },
};
