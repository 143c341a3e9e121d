import type { Row } from "../row.ts";
import { holdCalls, submitHeld, untilCalled } from "./steps.ts";

export const r32: Row = {
  id: "R32",
  fault: "two workers with the same job, its lock lost",
  kind: "kill",
  withinMs: 20_000,
  // By the loss of its lock.
  rules: { callsGivenBack: 1 },
  async inject(round) {
    const { commands, queue } = round.world;
    await holdCalls(round);
    const held = await submitHeld(round, 8);
    const keys = held.map((id) => `${queue.toKey(`asset-${id}-1`)}:lock`);
    // The stall check then gives the jobs to whoever comes first.
    await commands.unlink(...keys);
    await Promise.all(held.map((id) => untilCalled(round, id, 2)));
    await round.clearFaults();
    round.faultOver();
  },
};
