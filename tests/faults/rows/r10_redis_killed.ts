import type { Row } from "../row.ts";
import { holdCalls, submitHeld } from "./steps.ts";
import { duringOutage, expectHeardInTime, expectReadiness } from "./steps_outage.ts";

export const r10: Row = {
  id: "R10",
  fault: "Redis killed, and back with its append-only file",
  kind: "kill",
  withinMs: 30_000,
  // By the loss of its lock.
  rules: { callsGivenBack: 1 },
  async inject(round) {
    const { redis } = round.world;
    await round.orderFault({ kind: "status", status: 500, times: 1 });
    await holdCalls(round);
    await submitHeld(round, 8);
    await redis.kill();
    // Half of the rounds: the results come while Redis is away, and nobody can be poked.
    if (round.number % 2 === 0) await round.clearFaults();
    await Promise.all([duringOutage(round), expectReadiness(round, 503)]);
    await round.clearFaults();
    await redis.restart();
    round.faultOver();
    await expectReadiness(round, 200);
    await round.submitMany(2);
  },
  verify: (round) => Promise.resolve(expectHeardInTime(round)),
};
