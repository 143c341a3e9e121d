import assert from "node:assert/strict";
import { AssetError } from "../../src/assets/errors.ts";
import { newJobData, openTestQueue, type TestQueue } from "../support/test_queue.ts";
import { addJob, startTestWorker, untilEnded } from "../support/test_worker.ts";
import { until } from "../support/until.ts";

const done = () => Promise.resolve();
const never = () => new Promise<void>(() => {});

/** Whether a worker of this queue has a connection on which it waits for jobs. */
async function isTakingJobs({ redis, prefix }: TestQueue): Promise<boolean> {
  return String(await redis.client("LIST")).includes(`name=${prefix}:`);
}

/** Long enough for whatever waits for nothing to be over. */
async function roundsThroughRedis({ redis }: TestQueue): Promise<void> {
  for (let round = 0; round < 50; round++) await redis.ping();
}

Deno.test("an attempt that does not end is cut off at its deadline and counts as failed", async () => {
  await using queue = await openTestQueue({ attempts: 2, backoffMs: 20 });
  const id = await addJob(queue);
  const signals: AbortSignal[] = [];
  const deaf = (_job: unknown, signal: AbortSignal) => {
    signals.push(signal);
    return never();
  };
  await using worker = await startTestWorker(queue, deaf, { jobTimeoutMs: 100 });
  await untilEnded(queue, "failed", 1);
  await worker.close();
  assert.deepEqual(worker.attempts, [id, id]);
  worker.assertGivenUp({ id, code: "ai_timeout", tries: 2 });
  await until("each attempt is told to stop", () => signals.every(({ aborted }) => aborted));
});

Deno.test("an attempt within its deadline is not told to stop", async () => {
  await using queue = await openTestQueue();
  await addJob(queue);
  const aborted: boolean[] = [];
  await using _worker = await startTestWorker(queue, (_job, signal) => {
    aborted.push(signal.aborted);
    return done();
  });
  await untilEnded(queue, "completed", 1);
  assert.deepEqual(aborted, [false]);
});

Deno.test("T064 closing waits for the job under way and takes no other", async () => {
  await using queue = await openTestQueue();
  const id = await addJob(queue);
  const gate = Promise.withResolvers<void>();
  await using worker = await startTestWorker(queue, () => gate.promise, { concurrency: 1 });
  worker.onClose(gate.resolve);
  await until("it is under way", () => worker.attempts.length === 1);
  const next = await addJob(queue);
  let isClosed = false;
  const closing = worker.close().then(() => isClosed = true);
  await roundsThroughRedis(queue);
  assert.equal(isClosed, false);
  gate.resolve();
  await closing;
  assert.equal(await (await queue.bull.getJob(id))?.getState(), "completed");
  assert.equal(await (await queue.bull.getJob(next))?.getState(), "waiting");
  assert.deepEqual(worker.attempts, [id]);
});

Deno.test("T064 closing waits for a failure that is still being settled", async () => {
  await using queue = await openTestQueue({ attempts: 1 });
  await addJob(queue);
  const gate = Promise.withResolvers<void>();
  const reject = () => Promise.reject(new AssetError("ai_rejected", "No picture"));
  // The first settling belongs to the attempt; the one after it is nobody's but the worker's.
  const giveUp = () => worker.givenUp.length > 1 ? gate.promise : Promise.resolve();
  await using worker = await startTestWorker(queue, reject, { giveUp });
  worker.onClose(gate.resolve);
  await until("it is settled once more", () => worker.givenUp.length === 2);
  let isClosed = false;
  const closing = worker.close().then(() => isClosed = true);
  await until("it takes no more jobs", async () => !await isTakingJobs(queue));
  await roundsThroughRedis(queue);
  assert.equal(isClosed, false);
  gate.resolve();
  await closing;
});

Deno.test("T064 closing ends after its grace, and says so, when a job does not", async () => {
  await using queue = await openTestQueue();
  const id = await addJob(queue);
  const gate = Promise.withResolvers<void>();
  await using worker = await startTestWorker(queue, () => gate.promise);
  worker.onClose(gate.resolve);
  await until("it is under way", () => worker.attempts.length === 1);
  await worker.close(50);
  assert.equal(await (await queue.bull.getJob(id))?.getState(), "active");
  const warnings = worker.lines.filter(({ level }) => level === "warn");
  assert.deepEqual(warnings.map(({ fields }) => fields), [{ jobs: 1 }]);
});

Deno.test("a job whose data is not ours fails at once and holds up no other", async () => {
  await using queue = await openTestQueue({ backoffMs: 20 });
  const http = newJobData({ imageUrl: "http://127.0.0.1/a.png" });
  const foreign = [{ hello: 1 }, {}, null, "text", { ...newJobData(), more: 1 }, http];
  for (const data of foreign) {
    await queue.bull.add("ai-processing", data, { attempts: 3, backoff: 20 });
  }
  const id = await addJob(queue);
  await using worker = await startTestWorker(queue, done, { concurrency: 1 });
  await untilEnded(queue, "completed", 1);
  await untilEnded(queue, "failed", foreign.length);
  assert.deepEqual(worker.attempts, [id]);
  assert.deepEqual(worker.givenUp, []);
  const failed = await queue.bull.getFailed();
  assert.deepEqual(failed.map(({ attemptsMade }) => attemptsMade), foreign.map(() => 1));
});

Deno.test("a failure that cannot be settled is logged and holds up no other job", async () => {
  await using queue = await openTestQueue({ attempts: 1 });
  const cause = new Error("MongoDB is away");
  const [first, second] = [await addJob(queue), await addJob(queue)];
  await using worker = await startTestWorker(
    queue,
    ({ id }) => id === first ? Promise.reject(new AssetError("ai_rejected", "No")) : done(),
    { giveUp: () => Promise.reject(cause) },
  );
  await untilEnded(queue, "completed", 1);
  await untilEnded(queue, "failed", 1);
  await worker.close();
  assert.equal(await (await queue.bull.getJob(second))?.getState(), "completed");
  assert.ok(worker.lines.some(({ level, fields }) => level === "error" && fields["err"] === cause));
});

Deno.test("two workers share the jobs and none is done twice", async () => {
  await using queue = await openTestQueue();
  const ids = await Array.fromAsync({ length: 30 }, () => addJob(queue));
  await using one = await startTestWorker(queue, done);
  await using two = await startTestWorker(queue, done);
  await untilEnded(queue, "completed", 30);
  assert.deepEqual([...one.attempts, ...two.attempts].toSorted(), ids.toSorted());
});
