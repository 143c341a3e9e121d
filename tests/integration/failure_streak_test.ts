import assert from "node:assert/strict";
import { createFailureStreak } from "../../src/queue/failure_streak.ts";
import { openTestQueue } from "../support/test_queue.ts";

Deno.test("workers share one streak of the AI service's failures: different assets, until it answers", async () => {
  await using queue = await openTestQueue();
  const streakOf = async () =>
    createFailureStreak({ redis: await queue.connect("fail"), prefix: queue.prefix });
  const [one, two] = [await streakOf(), await streakOf()];
  assert.equal(await one.size(), 0);
  assert.deepEqual([await one.add("a"), await two.add("b"), await one.add("b")], [1, 2, 2]);
  assert.equal(await two.size(), 2);
  await one.end();
  assert.equal(await two.size(), 0);
  assert.equal(await two.add("b"), 1);
});

Deno.test("a streak that nobody adds to is forgotten by and by, each failure keeps it", async () => {
  await using queue = await openTestQueue();
  const streak = createFailureStreak({ redis: await queue.connect("fail"), prefix: queue.prefix });
  await streak.add("a");
  const key = `${queue.prefix}:ai-failures`;
  const minutesLeft = async () => (await queue.redis.pttl(key)) / 60_000;
  assert.ok(await minutesLeft() > 10);
  await queue.redis.pexpire(key, 60_000);
  await streak.add("a");
  assert.ok(await minutesLeft() > 10);
});

Deno.test("without Redis the streak is not to be had, at once", async () => {
  await using queue = await openTestQueue();
  const redis = await queue.connect("fail");
  redis.disconnect();
  const streak = createFailureStreak({ redis, prefix: queue.prefix });
  for (const work of [() => streak.add("a"), streak.size, streak.end]) {
    await assert.rejects(work, { code: "service_unavailable" });
  }
});
