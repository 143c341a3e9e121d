import type { Row } from "../row.ts";
import { duringOutage, holdCalls, submitHeld } from "./steps.ts";

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
    await duringOutage(round);
    await mongo.restart();
    round.faultOver();
    await atTheSameTime;
    await round.submitMany(2);
  },
};
