import type { Row } from "../row.ts";
import { holdCalls, isSettling, submitHeld, workerOf } from "./steps.ts";

export const r4: Row = {
  id: "R4",
  fault: "worker killed with the AI's answer in hand, unsaved",
  kind: "kill",
  withinMs: 20_000,
  async inject(round) {
    await holdCalls(round);
    const [assetId = ""] = await submitHeld(round, 6);
    const worker = await workerOf(round, assetId);
    const { mongo } = worker.links;
    mongo.blackhole("requests");
    await round.clearFaults();
    await round.until("the write that is swallowed", () => isSettling(mongo.swallowed));
    await worker.kill();
    mongo.restore();
    round.faultOver();
    await worker.start();
  },
};
