import type { Row } from "../row.ts";
import { duringOutage, expectEnd, holdCalls, submitHeld } from "./steps.ts";

export const r17: Row = {
  id: "R17",
  fault: "mongod stopped (SIGSTOP): what is saved late is not asked for twice",
  kind: "timed",
  withinMs: 30_000,
  async inject(round) {
    const { mongo } = round.world;
    await holdCalls(round);
    const held = await submitHeld(round, 8);
    mongo.freeze();
    await round.clearFaults();
    await duringOutage(round, 7000);
    mongo.thaw();
    round.faultOver();
    await round.submitMany(2);
    for (const id of held) await expectEnd(round, id, { status: "active", calls: 1 });
  },
};
