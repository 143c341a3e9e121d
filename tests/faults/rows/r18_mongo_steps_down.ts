import type { Row } from "../row.ts";
import { replicaSet } from "../world/replica_set.ts";
import { holdCalls, submitHeld } from "./steps.ts";
import { duringOutage } from "./steps_outage.ts";

export const r18: Row = {
  id: "R18",
  fault: "the primary of a replica set of three steps down",
  kind: "timed",
  withinMs: 60_000,
  world: { mongo: replicaSet },
  async inject(round) {
    const { database } = round.world;
    await holdCalls(round);
    await submitHeld(round, 8);
    const atTheSameTime = round.submitMany(3);
    const admin = database.admin();
    // The connection may be cut before the answer is there.
    await admin.command({ replSetStepDown: 10, secondaryCatchUpPeriodSecs: 5 }).catch(() => {});
    await round.clearFaults();
    await duringOutage(round, 1000);
    round.faultOver();
    await atTheSameTime;
    await round.submitMany(2);
  },
};
