import type { Row } from "../row.ts";
import { duringOutage, holdCalls, submitHeld } from "./steps.ts";

export const r10: Row = {
  id: "R10",
  fault: "Redis killed, and back with its append-only file",
  kind: "kill",
  withinMs: 30_000,
  rules: { givesCallsBack: true },
  async inject(round) {
    const { redis } = round.world;
    await round.orderFault({ kind: "status", status: 500, times: 1 });
    await holdCalls(round);
    await submitHeld(round, 8);
    await redis.kill();
    await duringOutage(round);
    await round.clearFaults();
    await redis.restart();
    round.faultOver();
    await round.submitMany(2);
  },
};
