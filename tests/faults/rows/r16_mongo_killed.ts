import type { Row } from "../row.ts";
import { holdCalls, submitHeld } from "./steps.ts";
import { duringOutage, expectReadiness } from "./steps_outage.ts";

export const r16: Row = {
  id: "R16",
  fault: "mongod killed, and back",
  kind: "kill",
  withinMs: 30_000,
  async inject(round) {
    const { mongo } = round.world;
    await holdCalls(round);
    await submitHeld(round, 8);
    const atTheSameTime = round.submitMany(3);
    await mongo.kill();
    await round.clearFaults();
    await Promise.all([duringOutage(round), expectReadiness(round, 503)]);
    await mongo.restart();
    round.faultOver();
    await expectReadiness(round, 200);
    await atTheSameTime;
    await round.submitMany(2);
  },
};
