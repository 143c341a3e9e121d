import type { Row } from "../row.ts";
import { expectEnd, holdCalls, killWorkerOf, submitOne, untilCalled } from "./steps.ts";

export const r3: Row = {
  id: "R3",
  fault: "worker killed twice before an attempt has ended",
  kind: "kill",
  withinMs: 20_000,
  async inject(round) {
    await holdCalls(round);
    const assetId = await submitOne(round);
    await untilCalled(round, assetId, 1);
    const first = await killWorkerOf(round, assetId);
    await untilCalled(round, assetId, 2);
    const second = await killWorkerOf(round, assetId);
    await round.clearFaults();
    round.faultOver();
    await Promise.all([first.start(), second.start()]);
    await expectEnd(round, assetId, { status: "active", calls: 3 });
  },
};
