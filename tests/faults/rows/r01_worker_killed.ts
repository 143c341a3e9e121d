import type { Row } from "../row.ts";
import { holdCalls, killWorkerOf, submitHeld } from "./steps.ts";

export const r1: Row = {
  id: "R1",
  fault: "worker killed in the midst of its jobs",
  kind: "kill",
  withinMs: 20_000,
  async inject(round) {
    await holdCalls(round);
    const held = await submitHeld(round, 8);
    const worker = await killWorkerOf(round, held[0]);
    await round.clearFaults();
    round.faultOver();
    await worker.start();
  },
};
