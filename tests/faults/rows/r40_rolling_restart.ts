import { setTimeout as pause } from "node:timers/promises";
import type { Round } from "../round.ts";
import type { Row } from "../row.ts";
import { at } from "./steps.ts";

export const r40: Row = {
  id: "R40",
  fault: "rolling restart of three APIs and three workers under load",
  kind: "timed",
  withinMs: 60_000,
  world: { apis: 3, workers: 3 },
  // By the SIGTERM of each worker.
  rules: { callsGivenBack: 3 },
  async inject(round) {
    const { apis, workers } = round.world;
    await round.orderFault({ kind: "slow", delayMs: 300, every: 2 });
    let isOver = false;
    const load = (async () => {
      const clients: Promise<void>[] = [];
      while (!isOver) {
        clients.push(submitStubbornly(round));
        await pause(100);
      }
      await Promise.all(clients);
    })();
    for (const [nth, api] of apis.entries()) {
      for (const slot of [api, at(workers, nth)]) {
        await slot.terminate();
        await slot.start();
      }
    }
    isOver = true;
    await load;
    round.faultOver();
    await round.clearFaults();
  },
};

/** As a client behind a load balancer: one more try, with the next API and the same key. */
async function submitStubbornly(round: Round): Promise<void> {
  const { apis } = round.world;
  const idempotencyKey = crypto.randomUUID();
  const first = Math.floor(round.random() * apis.length);
  for (const nth of [first, first + 1]) {
    const api = at(apis, nth % apis.length);
    const { status } = await round.submit({ api, idempotencyKey });
    if (status === 202) return;
  }
  round.expect(false, "I1", "not accepted at the second try either");
}
