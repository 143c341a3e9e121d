import type { Row } from "../row.ts";
import { holdCalls, statusOf, submitHeld, workerOf } from "./steps.ts";

export const r5: Row = {
  id: "R5",
  fault: "worker killed after the result was saved, before anybody was told",
  kind: "kill",
  withinMs: 20_000,
  async inject(round) {
    await holdCalls(round);
    const [assetId = ""] = await submitHeld(round, 6);
    const worker = await workerOf(round, assetId);
    worker.links.redis.blackhole("both");
    await round.clearFaults();
    await round.until("the result", async () => await statusOf(round, assetId) === "active");
    await worker.kill();
    worker.links.redis.restore();
    round.faultOver();
    await worker.start();
  },
};
