import assert from "node:assert/strict";
import { AssetError } from "../../src/assets/errors.ts";
import type { Verdict } from "../../src/assets/judge_attempt.ts";
import { newJobData, openTestQueue, type TestQueue } from "../support/test_queue.ts";
import { addJob, type Process, startTestWorker, untilEnded } from "../support/test_worker.ts";
import { until } from "../support/until.ts";

const done = () => Promise.resolve();

/** Whether a worker of this queue has a connection on which it waits for jobs. */
async function isTakingJobs({ redis, prefix }: TestQueue): Promise<boolean> {
  return String(await redis.client("LIST")).includes(`name=${prefix}:`);
}

/** Long enough for whatever waits for nothing to be over. */
async function roundsThroughRedis({ redis }: TestQueue): Promise<void> {
  for (let round = 0; round < 50; round++) await redis.ping();
}

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
  await using worker = await startTestWorker(queue, reject, { settle: () => gate.promise });
  worker.onClose(gate.resolve);
  await until("it is being settled", () => worker.settled.length === 1);
  let isClosed = false;
  const closing = worker.close().then(() => isClosed = true);
  await until("it takes no more jobs", async () => !await isTakingJobs(queue));
  await roundsThroughRedis(queue);
  assert.equal(isClosed, false);
  gate.resolve();
  await closing;
});

Deno.test("T064 closing waits for a failure whose settling begins only then", async () => {
  await using queue = await openTestQueue({ attempts: 1 });
  await addJob(queue);
  const gate = Promise.withResolvers<void>();
  const reject = () => gate.promise.then(() => Promise.reject(new AssetError("ai_rejected", "No")));
  const settled: string[] = [];
  const settle = async () => {
    settled.push("begun");
    await roundsThroughRedis(queue);
    settled.push("ended");
  };
  await using worker = await startTestWorker(queue, reject, { settle });
  worker.onClose(gate.resolve);
  await until("it is under way", () => worker.attempts.length === 1);
  const closing = worker.close();
  gate.resolve();
  await closing;
  assert.deepEqual(settled, ["begun", "ended"]);
});

Deno.test("T064 a job that outlives the grace is handed back first in line, no attempt counted", async () => {
  await using queue = await openTestQueue();
  const [id = "", next] = [await addJob(queue), await addJob(queue)];
  const process: Process = (_job, { graceOver }) => {
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    const error = new AssetError("interrupted", "The worker has to end");
    graceOver.addEventListener("abort", () => resolve({ next: "hand back", error }));
    return promise;
  };
  await using worker = await startTestWorker(queue, process, { concurrency: 1 });
  await until("it is under way", () => worker.attempts.length === 1);
  await worker.close(50);
  const job = await queue.bull.getJob(id);
  assert.equal(await job?.getState(), "waiting");
  assert.equal(job?.attemptsMade, 0);
  assert.deepEqual(worker.settled, []);
  await using other = await startTestWorker(queue, done, { concurrency: 1 });
  await untilEnded(queue, "completed", 2);
  assert.deepEqual(other.attempts, [id, next]);
});

Deno.test("T064 closing is bounded, and says so, when a job does not even let itself be handed back", async () => {
  await using queue = await openTestQueue();
  const id = await addJob(queue);
  const gate = Promise.withResolvers<void>();
  await using worker = await startTestWorker(queue, () => gate.promise);
  worker.onClose(gate.resolve);
  await until("it is under way", () => worker.attempts.length === 1);
  await worker.close(50);
  assert.equal(await (await queue.bull.getJob(id))?.getState(), "active");
  const warnings = worker.lines.filter(({ level }) => level === "warn");
  assert.deepEqual(warnings.map(({ fields }) => fields), [{ jobs: 1 }, { jobs: 1 }]);
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
  assert.deepEqual(worker.settled, []);
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
    { settle: () => Promise.reject(cause) },
  );
  await untilEnded(queue, "completed", 1);
  await untilEnded(queue, "failed", 1);
  await worker.close();
  assert.equal(await (await queue.bull.getJob(second))?.getState(), "completed");
  assert.ok(worker.lines.some(({ level, fields }) => level === "error" && fields["err"] === cause));
});

Deno.test("SC-004 two workers share 100 jobs: none is lost and none done twice", async () => {
  await using queue = await openTestQueue();
  const ids = await Array.fromAsync({ length: 100 }, () => addJob(queue));
  await using one = await startTestWorker(queue, done);
  await using two = await startTestWorker(queue, done);
  await untilEnded(queue, "completed", 100);
  assert.deepEqual([...one.attempts, ...two.attempts].toSorted(), ids.toSorted());
});
