import type { Row } from "../row.ts";
import { expectEnd, holdCalls, killWorkerOf, submitOne, untilCalled } from "./steps.ts";

export const r2: Row = {
  id: "R2",
  fault: "worker killed in the last attempt",
  kind: "kill",
  withinMs: 20_000,
  async inject(round) {
    await round.orderFault({ kind: "status", status: 500, times: 2 });
    await holdCalls(round);
    const assetId = await submitOne(round, { mayFail: true });
    await untilCalled(round, assetId, 3);
    const worker = await killWorkerOf(round, assetId);
    await round.clearFaults();
    round.faultOver();
    await worker.start();
    await expectEnd(round, assetId, { status: "failed", calls: 3 });
  },
};
