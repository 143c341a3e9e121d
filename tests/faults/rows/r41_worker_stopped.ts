import type { Row } from "../row.ts";
import { holdCalls, statusOf, submitHeld, workerOf } from "./steps.ts";

export const r41: Row = {
  id: "R41",
  fault: "worker stopped (SIGSTOP) for longer than its locks, then going on",
  kind: "timed",
  withinMs: 20_000,
  // By the loss of its lock.
  rules: { callsGivenBack: 1 },
  async inject(round) {
    await holdCalls(round);
    const [assetId = ""] = await submitHeld(round, 8);
    const worker = await workerOf(round, assetId);
    worker.freeze();
    await round.clearFaults();
    const isTaken = async () => await statusOf(round, assetId) === "active";
    await round.until("the other worker to be through with it", isTaken);
    worker.thaw();
    round.faultOver();
  },
};
