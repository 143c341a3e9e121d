import type { Row } from "../row.ts";
import { acceptedIds, at, untilCalled } from "./steps.ts";

export const r39: Row = {
  id: "R39",
  fault: "worker asked to end (SIGTERM) under load: jobs are handed back, none stalls",
  kind: "timed",
  withinMs: 30_000,
  // By the SIGTERM.
  rules: { callsGivenBack: 1 },
  async inject(round) {
    const { workers, queue } = round.world;
    const worker = at(workers, 0);
    // Some end within the grace, some outlive it.
    await round.orderFault({ kind: "slow", delayMs: 1500, every: 2 });
    await round.orderFault({ kind: "hang", times: 3 });
    const ids = acceptedIds(await round.submitMany(20));
    await untilCalled(round, ids[0] ?? "", 1);
    await worker.terminate();
    await round.clearFaults();
    round.faultOver();
    await worker.start();
    await round.until("the end of all", async () => {
      const jobs = await Promise.all(ids.map((id) => queue.getJob(`asset-${id}-1`)));
      return jobs.every((job) => job?.finishedOn);
    }, 60_000);
    for (const id of ids) {
      const stalled = (await queue.getJob(`asset-${id}-1`))?.stalledCounter;
      round.expect(!stalled, "stalled", `the job of ${id} has stalled ${stalled} times`);
    }
  },
};
