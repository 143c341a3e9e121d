import { setTimeout as pause } from "node:timers/promises";
import type { Row } from "../row.ts";
import { acceptedIds, expectEnd, killWorkerOf, statusOf, submitOne, untilCalled } from "./steps.ts";

export const r45: Row = {
  id: "R45",
  fault: "an image that kills every worker that takes it",
  kind: "timed",
  withinMs: 30_000,
  async inject(round) {
    await round.orderFault({ kind: "hang", category: "lego" });
    const poison = await submitOne(round, { category: "lego", mayFail: true });
    const others = acceptedIds(await round.submitMany(10));
    for (let kills = 1; await statusOf(round, poison) === "processing"; kills++) {
      const isCalled = untilCalled(round, poison, kills).then(() => true);
      const hasEnded = round.until(
        "its end",
        async () => await statusOf(round, poison) !== "processing",
      ).then(() => false);
      if (!await Promise.any([isCalled, hasEnded])) break;
      // A crash counts for every job that it hits; this one's neighbours are through by then.
      await pause(300);
      const worker = await killWorkerOf(round, poison);
      await worker.start();
    }
    await expectEnd(round, poison, { status: "failed", calls: 3 });
    for (const id of others) await expectEnd(round, id, { status: "active" });
  },
};
