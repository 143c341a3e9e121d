import assert from "node:assert/strict";
import { AssetError } from "../../src/assets/errors.ts";
import { createDeadLetterQueue } from "../../src/queue/dead_letter_queue.ts";
import { createQueueInspector } from "../../src/queue/queue_inspector.ts";
import { assetErrorOf } from "../support/failures.ts";
import { recordLogs } from "../support/recorded_logs.ts";
import { newJobData, openTestQueue, type TestQueue } from "../support/test_queue.ts";
import { addJobs, startTestWorker, untilEnded } from "../support/test_worker.ts";
import { until } from "../support/until.ts";

async function open({ connect, prefix }: TestQueue, resources: AsyncDisposableStack) {
  const redis = await connect("fail");
  const letters = createDeadLetterQueue({ redis, prefix, logger: recordLogs().logger });
  resources.defer(() => letters.close());
  const addLetter = async () => {
    const { assetId, userId, category } = newJobData();
    const jobId = `asset-${assetId}-1`;
    const failedAt = new Date().toISOString();
    const letter = { jobId, assetId, userId, category, failedAt, message: "", attempts: [] };
    await letters.add({ ...letter, reason: "ai_timeout" });
    return jobId;
  };
  return { redis, letters, addLetter, inspector: createQueueInspector({ redis, prefix }) };
}

Deno.test("the states of many jobs at once: absent, live, completed, or failed with why", async () => {
  await using queue = await openTestQueue({ attempts: 2, backoffMs: 1 });
  await using resources = new AsyncDisposableStack();
  const { inspector } = await open(queue, resources);
  const gate = Promise.withResolvers<void>();
  const [completed, failed, secondTry, active] = await addJobs(queue, 4) as [
    ...[string, string, string, string],
  ];
  await using worker = await startTestWorker(queue, ({ id }) => {
    if (id === active) return gate.promise;
    if (id === failed) return Promise.reject(new AssetError("ai_rejected", "On demand"));
    const isSecond = worker.attempts.filter((attempt) => attempt === secondTry).length === 2;
    const isGood = id === completed || isSecond;
    return isGood ? Promise.resolve() : Promise.reject(new AssetError("ai_timeout", "Too slow"));
  }, { concurrency: 4 });
  worker.onClose(gate.resolve);
  await untilEnded(queue, "failed", 1);
  await untilEnded(queue, "completed", 2);
  await until("one is under way", () => worker.attempts.includes(active));
  const delayed = `asset-${newJobData().assetId}-1`;
  await queue.bull.add("ai-processing", newJobData(), { jobId: delayed, delay: 60_000 });

  const jobIds = ["asset-unknown-1", completed, failed, secondTry, active, delayed];
  assert.deepEqual(await inspector.states(jobIds), [
    { state: "absent" },
    { state: "completed" },
    { state: "failed", reason: "On demand" },
    { state: "completed" },
    { state: "live" },
    { state: "live" },
  ]);
  assert.deepEqual(await inspector.states([]), []);
});

Deno.test("dead letters are listed oldest first, in parts, and those that are missing are named", async () => {
  await using queue = await openTestQueue();
  await using resources = new AsyncDisposableStack();
  const { inspector, letters, addLetter } = await open(queue, resources);
  assert.deepEqual(await inspector.letters(0, 10), []);
  const jobIds = [await addLetter(), await addLetter(), await addLetter()] as const;
  assert.deepEqual(await inspector.letters(0, 10), jobIds);
  assert.deepEqual(await inspector.letters(0, 2), jobIds.slice(0, 2));
  assert.deepEqual(await inspector.letters(2, 2), jobIds.slice(2));
  assert.deepEqual(await inspector.letters(3, 2), []);
  assert.deepEqual(await inspector.lettersMissing(jobIds), []);
  await letters.remove(jobIds[1]);
  assert.deepEqual(await inspector.lettersMissing(jobIds), [jobIds[1]]);
  assert.deepEqual(await inspector.letters(0, 10), [jobIds[0], jobIds[2]]);
});

Deno.test("a queue is intact once it was filled, until its data are lost", async () => {
  await using queue = await openTestQueue();
  await using resources = new AsyncDisposableStack();
  const { inspector, redis } = await open(queue, resources);
  assert.equal(await inspector.isIntact(), false);
  await inspector.startRefill();
  assert.equal(await inspector.isIntact(), false);
  await inspector.finishRefill();
  assert.equal(await inspector.isIntact(), true);
  const lose = async () => void await redis.unlink(...await queue.keys());
  await lose();
  assert.equal(await inspector.isIntact(), false);

  await inspector.startRefill();
  await lose();
  await inspector.finishRefill();
  assert.equal(await inspector.isIntact(), false);
});

Deno.test("the mark is none of the queue's own keys", async () => {
  await using queue = await openTestQueue();
  await using resources = new AsyncDisposableStack();
  const { inspector } = await open(queue, resources);
  await addJobs(queue, 1);
  await inspector.startRefill();
  await inspector.finishRefill();
  await queue.bull.obliterate({ force: true });
  assert.equal(await inspector.isIntact(), true);
});

Deno.test("without Redis looking into the queues fails by itself", async () => {
  await using queue = await openTestQueue();
  await using resources = new AsyncDisposableStack();
  const { inspector, redis } = await open(queue, resources);
  redis.disconnect();
  const looks = [
    ...[inspector.states(["asset-1-1"]), inspector.lettersMissing(["asset-1-1"])],
    ...[inspector.letters(0, 1), inspector.isIntact(), inspector.startRefill()],
    inspector.finishRefill(),
  ];
  for (const look of looks) await assetErrorOf(look, "service_unavailable");
});
