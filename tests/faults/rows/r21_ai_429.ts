import type { Round } from "../round.ts";
import type { Row } from "../row.ts";
import { expectEnd, submitOne, untilCalled } from "./steps.ts";

const ABSURD_SECONDS = 86_400;
const LONGEST_HOLD_MS = 60_000;

export const r21: Row = {
  id: "R21",
  fault: "AI answers 429 with Retry-After in seconds, as a date, and absurd",
  kind: "timed",
  withinMs: 15_000,
  // By its 429.
  rules: { callsGivenBack: 1 },
  async inject(round) {
    await expectPause(round, () => "2", 2000);
    // A date has whole seconds.
    await expectPause(round, () => new Date(Date.now() + 4000).toUTCString(), 2900);
    await expectCap(round);
  },
};

async function expectPause(round: Round, retryAfter: () => string, leastMs: number) {
  await round.orderFault({ kind: "rate_limit", times: 1, retryAfter: retryAfter() });
  const assetId = await submitOne(round);
  await expectEnd(round, assetId, { status: "active", calls: 2 });
  const [first, second] = await round.callsOf(assetId);
  const pauseMs = Date.parse(second?.at ?? "") - Date.parse(first?.at ?? "");
  round.expect(pauseMs >= leastMs, "pause", `called again after ${pauseMs} ms, not ${leastMs}`);
  const isUncounted = first?.idempotencyKey === second?.idempotencyKey;
  round.expect(isUncounted, "I3", "a call that was answered 429 was counted");
}

/**
 * The hold's end is read from Redis and then cut short, or the row would take a minute; by new workers,
 * because those that know of a hold do not ask again before its end.
 */
async function expectCap(round: Round) {
  const { queue, workers } = round.world;
  await round.orderFault({ kind: "rate_limit", times: 1, retryAfter: `${ABSURD_SECONDS}` });
  const assetId = await submitOne(round);
  await untilCalled(round, assetId, 1);
  const ttl = () => queue.getRateLimitTtl(1);
  await round.until("the hold", async () => await ttl() > 10_000);
  const holdMs = await ttl();
  round.expect(holdMs <= LONGEST_HOLD_MS, "pause", `the queue is held for ${holdMs} ms`);
  await Promise.all(workers.map((worker) => worker.terminate()));
  await queue.removeRateLimitKey();
  await Promise.all(workers.map((worker) => worker.start()));
  await expectEnd(round, assetId, { status: "active", calls: 2 });
}
