import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { AssetError } from "../../src/assets/errors.ts";
import { newJobData, openTestQueue } from "../support/test_queue.ts";
import { addJob, addJobs, startTestWorker, untilEnded } from "../support/test_worker.ts";
import { until } from "../support/until.ts";

const done = () => Promise.resolve();
const away = () => Promise.reject(new AssetError("ai_unavailable", "Away"));

Deno.test("FR-011 first attempts start in the order of submission", async () => {
  await using queue = await openTestQueue();
  const ids = await addJobs(queue, 20);
  await using worker = await startTestWorker(queue, done, { concurrency: 1 });
  await untilEnded(queue, "completed", 20);
  assert.deepEqual(worker.attempts, ids);
});

Deno.test("FR-011 among several at once no job overtakes another by more than the concurrency", async () => {
  await using queue = await openTestQueue();
  const ids = await addJobs(queue, 20);
  const allBegun = Promise.withResolvers<void>();
  let begun = 0;
  const process = ({ id }: { id: string }) => {
    if (++begun === ids.length) allBegun.resolve();
    return id === ids[0] ? allBegun.promise : done();
  };
  await using worker = await startTestWorker(queue, process, { concurrency: 5 });
  await untilEnded(queue, "completed", 20);
  assert.deepEqual(worker.attempts.toSorted(), ids.toSorted());
  const moved = ids.map((id, index) => Math.abs(worker.attempts.indexOf(id) - index));
  assert.ok(Math.max(...moved) <= 5, `${moved}`);
});

Deno.test("FR-011 a job that waits for its retry does not hold up those behind it", async () => {
  await using queue = await openTestQueue({ backoffMs: 60_000 });
  const [first, ...others] = await addJobs(queue, 5);
  const process = ({ id }: { id: string }) => id === first ? away() : done();
  await using worker = await startTestWorker(queue, process, { concurrency: 1 });
  await untilEnded(queue, "completed", 4);
  assert.deepEqual(worker.attempts, [first, ...others]);
  assert.equal(await queue.bull.getDelayedCount(), 1);
});

Deno.test("T049 so many jobs as the concurrency says are under way, and no more", async () => {
  await using queue = await openTestQueue();
  const ids = await addJobs(queue, 6);
  const gate = Promise.withResolvers<void>();
  await using worker = await startTestWorker(queue, () => gate.promise, { concurrency: 3 });
  worker.onClose(gate.resolve);
  await until("three are under way", () => worker.attempts.length === 3);
  assert.equal(await queue.bull.getActiveCount(), 3);
  assert.equal(await queue.bull.getWaitingCount(), 3);
  gate.resolve();
  await untilEnded(queue, "completed", 6);
  assert.deepEqual(worker.attempts.toSorted(), ids.toSorted());
});

Deno.test("T050 the handlers get the job's id and its data", async () => {
  await using queue = await openTestQueue();
  const data = newJobData();
  const id = await addJob(queue, data);
  const seen: unknown[] = [];
  await using _worker = await startTestWorker(queue, (job) => {
    seen.push(job);
    return done();
  });
  await untilEnded(queue, "completed", 1);
  assert.deepEqual(seen, [{ id, data }]);
});

Deno.test("SC-005 a job that fails once is retried and completes", async () => {
  await using queue = await openTestQueue({ backoffMs: 20 });
  const id = await addJob(queue);
  let failures = 1;
  const flaky = () => failures-- > 0 ? away() : done();
  await using worker = await startTestWorker(queue, flaky);
  await untilEnded(queue, "completed", 1);
  assert.deepEqual(worker.attempts, [id, id]);
  assert.deepEqual(worker.settled, []);
});

Deno.test("SC-005 several jobs that fail together are all retried", async () => {
  await using queue = await openTestQueue({ backoffMs: 300 });
  const ids = await addJobs(queue, 8);
  const failed = new Set<string>();
  const failOnce = async ({ id }: { id: string }) => {
    if (failed.has(id)) return;
    failed.add(id);
    await pause(20 * failed.size);
    await away();
  };
  await using worker = await startTestWorker(queue, failOnce, { concurrency: 5 });
  await untilEnded(queue, "completed", 8);
  assert.deepEqual(worker.attempts.toSorted(), [...ids, ...ids].toSorted());
  assert.deepEqual(worker.settled, []);
});

Deno.test("T043 T044 a job that keeps failing is tried three times and then settled as failed", async () => {
  await using queue = await openTestQueue({ backoffMs: 20 });
  const id = await addJob(queue);
  await using worker = await startTestWorker(queue, away);
  await untilEnded(queue, "failed", 1);
  await worker.close();
  assert.deepEqual(worker.attempts, [id, id, id]);
  assert.deepEqual(worker.settled, [{ id, code: "ai_unavailable" }]);
  assert.equal((await queue.bull.getJob(id))?.attemptsMade, 3);
});

Deno.test("a job is settled only once its last attempt has failed", async () => {
  await using queue = await openTestQueue({ backoffMs: 60_000 });
  await addJob(queue);
  await using worker = await startTestWorker(queue, away);
  await until("the retry waits", async () => await queue.bull.getDelayedCount() === 1);
  assert.deepEqual(worker.settled, []);
});

Deno.test("an error that no retry mends ends the job at its first attempt", async () => {
  await using queue = await openTestQueue({ backoffMs: 20 });
  const id = await addJob(queue);
  const rejected = () => Promise.reject(new AssetError("ai_rejected", "No picture"));
  await using worker = await startTestWorker(queue, rejected);
  await untilEnded(queue, "failed", 1);
  await worker.close();
  assert.deepEqual(worker.attempts, [id]);
  assert.deepEqual(worker.settled, [{ id, code: "ai_rejected" }]);
});

Deno.test("an error without a code is retried, then settled as an internal one", async () => {
  await using queue = await openTestQueue({ attempts: 2, backoffMs: 20 });
  const id = await addJob(queue);
  const odd = () => Promise.reject(new TypeError("A fault of ours"));
  await using worker = await startTestWorker(queue, odd);
  await untilEnded(queue, "failed", 1);
  await worker.close();
  assert.deepEqual(worker.attempts, [id, id]);
  assert.deepEqual(worker.settled, [{ id, code: "internal_error" }]);
});
