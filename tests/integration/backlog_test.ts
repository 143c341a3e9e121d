import assert from "node:assert/strict";
import { AssetError } from "../../src/assets/errors.ts";
import { createBacklogGauge } from "../../src/queue/backlog.ts";
import { assetErrorOf } from "../support/failures.ts";
import { openTestQueue, type TestQueue } from "../support/test_queue.ts";
import { addJobs, startTestWorker, untilEnded } from "../support/test_worker.ts";
import { until } from "../support/until.ts";

async function gaugeOf({ connect, prefix }: TestQueue) {
  const redis = await connect("fail");
  return { measure: createBacklogGauge({ redis, prefix }), redis };
}

async function submittedAt({ bull }: TestQueue, id = ""): Promise<Date> {
  const job = await bull.getJob(id);
  assert.ok(job);
  return new Date(job.timestamp);
}

Deno.test("an empty queue has no backlog", async () => {
  await using queue = await openTestQueue();
  const { measure } = await gaugeOf(queue);
  assert.deepEqual(await measure(), { waiting: 0, endedInMinute: 0 });
});

Deno.test("the backlog is what waits, the first of it since its submission", async () => {
  await using queue = await openTestQueue();
  const { measure } = await gaugeOf(queue);
  const [first] = await addJobs(queue, 1);
  await until("a later millisecond", async () => new Date() > await submittedAt(queue, first));
  await addJobs(queue, 2);
  const firstSubmittedAt = await submittedAt(queue, first);
  assert.deepEqual(await measure(), { waiting: 3, firstSubmittedAt, endedInMinute: 0 });
});

Deno.test("a job that is under way or delayed until its next try does not wait", async () => {
  await using queue = await openTestQueue({ backoffMs: 60_000 });
  const { measure } = await gaugeOf(queue);
  const gate = Promise.withResolvers<void>();
  const [retried] = await addJobs(queue, 2);
  await using worker = await startTestWorker(queue, ({ id }) => {
    if (id !== retried) return gate.promise;
    return Promise.reject(new AssetError("ai_unavailable", "On demand"));
  });
  worker.onClose(gate.resolve);
  await until("one is delayed", () => queue.bull.getDelayedCount());
  await until("the other is under way", async () => await queue.bull.getActiveCount() === 1);
  assert.deepEqual(await measure(), { waiting: 0, endedInMinute: 0 });
});

Deno.test("a job that a worker handed back waits, but is not older than those behind it for that", async () => {
  await using queue = await openTestQueue();
  const { measure } = await gaugeOf(queue);
  const [begun = ""] = await addJobs(queue, 1);
  const gate = Promise.withResolvers<void>();
  const worker = await startTestWorker(queue, async () => {
    await gate.promise;
    return { next: "hand back", error: new AssetError("interrupted", "On demand") };
  }, { concurrency: 1 });
  await until("it is under way", () => worker.attempts.length);
  const closed = worker.close();
  gate.resolve();
  await closed;
  assert.equal((await measure()).waiting, 1);
  assert.equal((await measure()).firstSubmittedAt, undefined);
  const [fresh] = await addJobs(queue, 1);
  assert.deepEqual((await queue.bull.getWaiting()).map(({ id }) => id), [begun, fresh]);
  assert.deepEqual(await measure(), {
    ...{ waiting: 2, firstSubmittedAt: await submittedAt(queue, fresh), endedInMinute: 0 },
  });
});

Deno.test("what ended in the last minute counts, well or not", async () => {
  await using queue = await openTestQueue();
  const { measure } = await gaugeOf(queue);
  const [good] = await addJobs(queue, 4);
  await using _ = await startTestWorker(queue, ({ id }) => {
    if (id === good) return Promise.resolve();
    return Promise.reject(new AssetError("ai_rejected", "On demand"));
  });
  await untilEnded(queue, "completed", 1);
  await untilEnded(queue, "failed", 3);
  assert.equal((await measure()).endedInMinute, 4);
  const completed = `${queue.prefix}:ai-processing:completed`;
  await queue.redis.zadd(completed, Date.now() - 60_001, good ?? "");
  assert.equal((await measure()).endedInMinute, 3);
});

Deno.test("a backlog that Redis does not tell fails by itself", async () => {
  await using queue = await openTestQueue();
  const { measure, redis } = await gaugeOf(queue);
  redis.disconnect();
  await assetErrorOf(measure(), "service_unavailable");
});
