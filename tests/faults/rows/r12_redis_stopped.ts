import type { Row } from "../row.ts";
import { duringOutage, holdCalls, submitHeld } from "./steps.ts";

export const r12: Row = {
  id: "R12",
  fault: "Redis stopped (SIGSTOP) for several times the locks' duration",
  kind: "timed",
  withinMs: 30_000,
  rules: { givesCallsBack: true },
  async inject(round) {
    const { redis } = round.world;
    await holdCalls(round);
    await submitHeld(round, 8);
    redis.freeze();
    await duringOutage(round, 6000);
    await round.clearFaults();
    redis.thaw();
    round.faultOver();
    await round.submitMany(2);
  },
};
