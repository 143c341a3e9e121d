import type { Row } from "../row.ts";
import { holdCalls, submitHeld, workerOf } from "./steps.ts";

export const r4: Row = {
  id: "R4",
  fault: "worker killed with the AI's answer in hand, unsaved",
  kind: "kill",
  withinMs: 20_000,
  async inject(round) {
    await holdCalls(round);
    const held = await submitHeld(round, 6);
    const worker = await workerOf(round, held[0] ?? "");
    const { mongo } = worker.links;
    mongo.blackhole("requests");
    await round.clearFaults();
    // Whatever is done for a job from now on, it is done to save the answer.
    const isSaving = () => held.some((id) => mongo.swallowed.includes(`asset-${id}-1`));
    await round.until("the attempt to save it", isSaving);
    await worker.kill();
    mongo.restore();
    round.faultOver();
    await worker.start();
  },
};
