import assert from "node:assert/strict";
import { AssetError } from "../../src/assets/errors.ts";
import type { Verdict } from "../../src/assets/judge_attempt.ts";
import { HOLDABLE } from "../../src/queue/queue_hold.ts";
import { openTestQueue, type TestQueue } from "../support/test_queue.ts";
import {
  addJob,
  addJobs,
  type Process,
  startTestWorker,
  untilEnded,
} from "../support/test_worker.ts";
import { until } from "../support/until.ts";

function limited(retryAfterMs?: number): Verdict {
  const error = new AssetError("ai_rate_limited", "Too many calls", { retryAfterMs });
  return { next: "hold queue", error };
}

/** The first attempt of all ends so, every other one well. */
function firstThen(verdict: Verdict): Process {
  let isFirst = true;
  return () => {
    const own = isFirst ? verdict : undefined;
    isFirst = false;
    return Promise.resolve(own);
  };
}

/** For how long no job may begin, in milliseconds; 0 when any may. */
async function holdOf({ redis, prefix }: TestQueue): Promise<number> {
  const key = `${prefix}:ai-processing:limiter`;
  // Between holds the key counts the jobs that began.
  const isHeld = Number(await redis.get(key)) >= HOLDABLE.max;
  return isHeld ? Math.max(0, await redis.pttl(key)) : 0;
}

Deno.test("a rate limit holds the queue for all workers, and counts no attempt", async () => {
  await using queue = await openTestQueue();
  const [first = "", ...others] = await addJobs(queue, 4);
  const limitFirst = firstThen(limited(700));
  const holds: number[] = [];
  const process: Process = async (...args) => {
    holds.push(await holdOf(queue));
    return await limitFirst(...args);
  };
  await using one = await startTestWorker(queue, process, { concurrency: 1 });
  await until("the queue is held", () => holdOf(queue));
  await using two = await startTestWorker(queue, process, { concurrency: 1 });
  assert.equal((await queue.bull.getJob(first))?.attemptsMade, 0);
  await untilEnded(queue, "completed", 4);
  assert.deepEqual(
    [...one.attempts, ...two.attempts].toSorted(),
    [first, first, ...others].toSorted(),
  );
  assert.deepEqual(holds, [0, 0, 0, 0, 0]);
  assert.equal((await queue.bull.getJob(first))?.attemptsMade, 1);
});

Deno.test("FR-011 after a hold the job that met the limit comes first again", async () => {
  await using queue = await openTestQueue();
  const [first = "", ...others] = await addJobs(queue, 4);
  const process = firstThen(limited(100));
  await using worker = await startTestWorker(queue, process, { concurrency: 1 });
  await untilEnded(queue, "completed", 4);
  assert.deepEqual(worker.attempts, [first, first, ...others]);
});

Deno.test("a shorter hold does not end a longer one, and none is longer than a minute", async () => {
  await using queue = await openTestQueue();
  await addJobs(queue, 2);
  const gate = Promise.withResolvers<Verdict>();
  const answers = [gate.promise, Promise.resolve(limited(86_400_000))];
  await using worker = await startTestWorker(
    queue,
    () => answers.shift() ?? Promise.resolve(),
    { concurrency: 2 },
  );
  const hold = await until("the queue is held", () => holdOf(queue));
  assert.ok(hold > 50_000 && hold <= 60_000, `${hold} ms`);
  gate.resolve(limited(1000));
  await until("both jobs wait", async () => await queue.bull.getWaitingCount() === 2);
  assert.ok(await holdOf(queue) > 50_000);
  assert.equal(worker.attempts.length, 2);
});

Deno.test("a rate limit that names no time holds the queue for the job's backoff", async () => {
  await using queue = await openTestQueue({ backoffMs: 40_000 });
  await addJob(queue);
  await using _worker = await startTestWorker(queue, firstThen(limited()));
  const hold = await until("the queue is held", () => holdOf(queue));
  assert.ok(hold > 30_000 && hold <= 40_000, `${hold} ms`);
});

Deno.test("a job that is handed back comes first again, and loses no attempt", async () => {
  await using queue = await openTestQueue({ attempts: 1 });
  const [first = "", second = ""] = await addJobs(queue, 2);
  const error = new AssetError("service_unavailable", "MongoDB is away");
  const process = firstThen({ next: "hand back", error });
  await using worker = await startTestWorker(queue, process, { concurrency: 1 });
  await untilEnded(queue, "completed", 2);
  assert.deepEqual(worker.attempts, [first, first, second]);
  assert.deepEqual(worker.settled, []);
});

Deno.test("a worker that has to end while the AI service asks for fewer calls hands its job back", async () => {
  await using queue = await openTestQueue();
  const id = await addJob(queue);
  const process: Process = (_job, { graceOver }) => {
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    graceOver.addEventListener("abort", () => resolve(limited(60_000)));
    return promise;
  };
  await using worker = await startTestWorker(queue, process);
  await until("the job is under way", () => worker.attempts.length);
  await worker.close(1);
  const job = await queue.bull.getJob(id);
  assert.equal(await job?.getState(), "waiting");
  assert.equal(job?.attemptsMade, 0);
  assert.ok(await holdOf(queue) > 50_000);
});

Deno.test("of several holds at once the longest counts, whichever comes last", async () => {
  await using queue = await openTestQueue();
  await addJobs(queue, 5);
  const begun = Promise.withResolvers<void>();
  const times = [300, 50_000, 2000, 1000, 40_000];
  let waiting = times.length;
  await using worker = await startTestWorker(queue, async () => {
    if (--waiting === 0) begun.resolve();
    const verdict = limited(times[waiting]);
    await begun.promise;
    return verdict;
  });
  await begun.promise;
  await until("all wait again", async () => await queue.bull.getWaitingCount() === 5);
  assert.equal(worker.attempts.length, 5);
  assert.ok(await holdOf(queue) > 40_000);
});

/** In an outage of the AI service. */
function outage(next: "hold queue" | "step back", retryAfterMs: number): Verdict {
  const error = new AssetError("ai_outage", "The AI service is away", { retryAfterMs });
  return { next, error };
}

Deno.test("a job that steps back holds the queue, then lets those that wait go first, and loses no attempt", async () => {
  await using queue = await openTestQueue();
  const [first = "", ...others] = await addJobs(queue, 4);
  const holds: number[] = [];
  const stepBack = firstThen(outage("step back", 300));
  const process: Process = async (...args) => {
    holds.push(await holdOf(queue));
    return await stepBack(...args);
  };
  await using worker = await startTestWorker(queue, process, { concurrency: 1 });
  await untilEnded(queue, "completed", 4);
  assert.deepEqual(worker.attempts, [first, ...others, first]);
  assert.deepEqual(holds, [0, 0, 0, 0, 0]);
  assert.equal((await queue.bull.getJob(first))?.attemptsMade, 1);
  assert.ok(!worker.lines.some(({ level }) => level === "warn" || level === "error"));
});

Deno.test("while jobs find out whether the AI service is back they go one by one", async () => {
  await using queue = await openTestQueue();
  const ids = await addJobs(queue, 8);
  let isProbing = false;
  let underWay = 0;
  const together: number[] = [];
  const allBegun = Promise.withResolvers<void>();
  await using worker = await startTestWorker(queue, async () => {
    const number = together.push(++underWay);
    if (number === 4) allBegun.resolve();
    await allBegun.promise;
    // Long enough for others to begin, if they may.
    for (let round = 0; round < 50; round++) await queue.redis.ping();
    isProbing = number < 8;
    underWay -= 1;
    return number <= 5 ? outage("hold queue", 500) : undefined;
  }, { concurrency: 4, isProbing: () => isProbing });
  await untilEnded(queue, "completed", 8);
  assert.equal(worker.attempts.length, 8 + 5);
  assert.deepEqual(worker.attempts.slice(0, 4), ids.slice(0, 4));
  assert.deepEqual(together.slice(0, 8), [1, 2, 3, 4, 1, 1, 1, 1]);
});

Deno.test("a worker that has to end does not wait for an outage to pass", async () => {
  for (const next of ["hold queue", "step back"] as const) {
    await using queue = await openTestQueue();
    const id = await addJob(queue);
    const process: Process = (_job, { graceOver }) => {
      const { promise, resolve } = Promise.withResolvers<Verdict>();
      graceOver.addEventListener("abort", () => resolve(outage(next, 60_000)));
      return promise;
    };
    await using worker = await startTestWorker(queue, process);
    await until("the job is under way", () => worker.attempts.length);
    await worker.close(1);
    const state = next === "step back" ? "delayed" : "waiting";
    assert.equal(await queue.bull.getJobState(id), state);
    assert.equal((await queue.bull.getJob(id))?.attemptsMade, 0);
  }
});

Deno.test("of a job whose asset was deleted nothing stays", async () => {
  await using queue = await openTestQueue();
  const id = await addJob(queue);
  await using worker = await startTestWorker(queue, firstThen({ next: "forget" }));
  await until("it is gone", async () => worker.attempts.length && !await queue.bull.getJob(id));
  assert.equal(await queue.bull.getJobCountByTypes(), 0);
  assert.ok(!(await queue.keys()).some((key) => key.includes(id)));
});
