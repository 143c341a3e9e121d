import type { Row } from "../row.ts";
import { holdCalls, submitHeld } from "./steps.ts";
import { duringOutage, expectReadiness } from "./steps_outage.ts";

export const r12: Row = {
  id: "R12",
  fault: "Redis stopped (SIGSTOP) for several times the locks' duration",
  kind: "timed",
  withinMs: 30_000,
  // By the loss of its lock.
  rules: { callsGivenBack: 1 },
  async inject(round) {
    const { redis } = round.world;
    await holdCalls(round);
    await submitHeld(round, 8);
    redis.freeze();
    await Promise.all([duringOutage(round, 6000), expectReadiness(round, 503)]);
    await round.clearFaults();
    redis.thaw();
    round.faultOver();
    await expectReadiness(round, 200);
    await round.submitMany(2);
  },
};
