import assert from "node:assert/strict";
import { Queue } from "bullmq";
import type { DeadLetter } from "../../src/assets/dead_letter.ts";
import { createDeadLetterQueue } from "../../src/queue/dead_letter_queue.ts";
import { assetErrorOf } from "../support/failures.ts";
import { recordLogs } from "../support/recorded_logs.ts";
import { newJobData, openTestQueue, type TestQueue } from "../support/test_queue.ts";

function newLetter(): DeadLetter {
  const { assetId, userId, category } = newJobData();
  const failedAt = new Date().toISOString();
  return {
    ...{ jobId: `asset-${assetId}-1`, assetId, userId, category, failedAt },
    ...{ reason: "ai_timeout", message: "Too slow" },
    attempts: [{ at: failedAt, code: "ai_timeout", message: "Too slow" }],
  };
}

async function openLetters({ connect, prefix }: TestQueue, resources: AsyncDisposableStack) {
  const redis = await connect("fail");
  const letters = createDeadLetterQueue({ redis, prefix, logger: recordLogs().logger });
  resources.defer(() => letters.close());
  const bull = new Queue("ai-processing-dead-letter", { connection: redis, prefix });
  resources.defer(() => bull.close());
  return { letters, bull, redis };
}

Deno.test("FR-004 US4.2 a dead letter lies in ai-processing-dead-letter under the id of its job", async () => {
  await using queue = await openTestQueue();
  await using resources = new AsyncDisposableStack();
  const { letters, bull } = await openLetters(queue, resources);
  const letter = newLetter();
  await letters.add(letter);
  await letters.add(letter);
  await letters.add(newLetter());
  assert.equal(await letters.count(), 2);
  assert.deepEqual((await bull.getJob(letter.jobId))?.data, letter);
  assert.equal(await queue.bull.getJobCountByTypes(), 0);
});

Deno.test("a dead letter is removed, once or twice", async () => {
  await using queue = await openTestQueue();
  await using resources = new AsyncDisposableStack();
  const { letters } = await openLetters(queue, resources);
  const letter = newLetter();
  await letters.add(letter);
  await letters.remove(letter.jobId);
  await letters.remove(letter.jobId);
  assert.equal(await letters.count(), 0);
});

Deno.test("dead letters without Redis fail by themselves", async () => {
  await using queue = await openTestQueue();
  await using resources = new AsyncDisposableStack();
  const { letters, redis } = await openLetters(queue, resources);
  redis.disconnect();
  await assetErrorOf(letters.add(newLetter()), "service_unavailable");
  await assetErrorOf(letters.remove("asset-1-1"), "service_unavailable");
  await assetErrorOf(letters.count(), "service_unavailable");
});
