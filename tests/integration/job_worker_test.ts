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

Deno.test("the handlers get the job's id and its data", async () => {
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
  assert.deepEqual(worker.givenUp, []);
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
  assert.deepEqual(worker.givenUp, []);
});

Deno.test("T043 T044 a job that keeps failing is tried three times and then given up", async () => {
  await using queue = await openTestQueue({ backoffMs: 20 });
  const id = await addJob(queue);
  await using worker = await startTestWorker(queue, away);
  await untilEnded(queue, "failed", 1);
  await worker.close();
  assert.deepEqual(worker.attempts, [id, id, id]);
  worker.assertGivenUp({ id, code: "ai_unavailable", tries: 3 });
  assert.equal((await queue.bull.getJob(id))?.attemptsMade, 3);
});

Deno.test("a job is given up only once its last attempt has failed", async () => {
  await using queue = await openTestQueue({ backoffMs: 60_000 });
  await addJob(queue);
  await using worker = await startTestWorker(queue, away);
  await until("the retry waits", async () => await queue.bull.getDelayedCount() === 1);
  assert.deepEqual(worker.givenUp, []);
});

for (const code of ["ai_unavailable", "ai_rejected"] as const) {
  Deno.test(`T054 giving up on ${code} is over before the job counts as failed`, async () => {
    await using queue = await openTestQueue({ attempts: code === "ai_unavailable" ? 1 : 3 });
    const id = await addJob(queue);
    const gate = Promise.withResolvers<void>();
    const fail = () => Promise.reject(new AssetError(code, "On demand"));
    await using worker = await startTestWorker(queue, fail, { giveUp: () => gate.promise });
    worker.onClose(gate.resolve);
    await until("it is being given up", () => worker.givenUp.length > 0);
    assert.equal(await (await queue.bull.getJob(id))?.getState(), "active");
    gate.resolve();
    await untilEnded(queue, "failed", 1);
  });
}

Deno.test("an error that no retry mends ends the job at its first attempt", async () => {
  await using queue = await openTestQueue({ backoffMs: 20 });
  const id = await addJob(queue);
  const rejected = () => Promise.reject(new AssetError("ai_rejected", "No picture"));
  await using worker = await startTestWorker(queue, rejected);
  await untilEnded(queue, "failed", 1);
  await worker.close();
  assert.deepEqual(worker.attempts, [id]);
  worker.assertGivenUp({ id, code: "ai_rejected", tries: 1 });
});

Deno.test("an error without a code is retried, then given up as an internal one", async () => {
  await using queue = await openTestQueue({ attempts: 2, backoffMs: 20 });
  const id = await addJob(queue);
  const odd = () => Promise.reject(new TypeError("A fault of ours"));
  await using worker = await startTestWorker(queue, odd);
  await untilEnded(queue, "failed", 1);
  await worker.close();
  assert.deepEqual(worker.attempts, [id, id]);
  worker.assertGivenUp({ id, code: "internal_error", tries: 2 });
});

Deno.test("T055 the log of a failed attempt tells job, asset, user, attempt, code and duration", async () => {
  await using queue = await openTestQueue({ attempts: 2, backoffMs: 20 });
  const { assetId, userId, ...rest } = newJobData();
  const jobId = await addJob(queue, { assetId, userId, ...rest });
  await using worker = await startTestWorker(queue, away);
  await untilEnded(queue, "failed", 1);
  const failures = worker.lines.filter(({ message }) => message === "Attempt failed");
  const told = failures.map(({ level, fields: { err: _, durationMs, ...fields } }) => {
    assert.equal(typeof durationMs, "number");
    return { level, ...fields };
  });
  const each = { level: "warn", jobId, assetId, userId, code: "ai_unavailable" };
  assert.deepEqual(told, [{ ...each, attempt: 1 }, { ...each, attempt: 2 }]);
});
