import type { Row } from "../row.ts";
import { holdCalls, submitHeld } from "./steps.ts";

export const r33: Row = {
  id: "R33",
  fault: "everything in Redis gone, with the reconcilers of five workers",
  kind: "timed",
  withinMs: 30_000,
  world: { workers: 5 },
  // By the loss of its lock.
  rules: { callsGivenBack: 1 },
  async inject(round) {
    await holdCalls(round);
    await submitHeld(round, 10);
    await round.world.commands.flushall();
    await round.submitMany(10);
    await round.clearFaults();
    round.faultOver();
  },
};
