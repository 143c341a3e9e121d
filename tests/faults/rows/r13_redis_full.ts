import type { Row } from "../row.ts";
import { holdCalls, submitHeld } from "./steps.ts";
import { duringOutage } from "./steps_outage.ts";

export const r13: Row = {
  id: "R13",
  fault: "Redis out of memory (noeviction)",
  kind: "timed",
  withinMs: 30_000,
  // By the loss of its lock, which cannot be renewed.
  rules: { callsGivenBack: 1 },
  async inject(round) {
    const { commands } = round.world;
    await holdCalls(round);
    await submitHeld(round, 4);
    await commands.config("SET", "maxmemory", "1");
    await duringOutage(round, 1000);
    await round.clearFaults();
    await duringOutage(round, 2000);
    await commands.config("SET", "maxmemory", "0");
    round.faultOver();
    await round.submitMany(2);
  },
};
