import { setTimeout as pause } from "node:timers/promises";
import type { Row } from "../row.ts";

export const r6: Row = {
  id: "R6",
  fault: "all workers away; uploads go on",
  kind: "timed",
  withinMs: 30_000,
  // By the SIGTERM.
  rules: { callsGivenBack: 1 },
  async inject(round) {
    const { workers } = round.world;
    const before = round.submitMany(5);
    await Promise.all(workers.map((worker) => worker.terminate()));
    const operations = [...await before, ...await round.submitMany(15)];
    for (const { status } of operations) round.expect(status === 202, "I1", `answered ${status}`);
    await pause(2000);
    round.faultOver();
    await Promise.all(workers.map((worker) => worker.start()));
  },
};
