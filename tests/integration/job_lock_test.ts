import assert from "node:assert/strict";
import { AssetError } from "../../src/assets/errors.ts";
import type { Verdict } from "../../src/assets/judge_attempt.ts";
import { openTestQueue } from "../support/test_queue.ts";
import { addJobs, type Process, startTestWorker, untilEnded } from "../support/test_worker.ts";
import { until } from "../support/until.ts";

const error = new AssetError("lock_lost", "The job goes to another worker");
const verdicts: Verdict[] = [
  { next: "hand back", error },
  { next: "complete" },
  { next: "retry", error },
  { next: "fail", error },
];

/** The first attempts end when their locks are lost, each with another verdict; all others end well. */
function untilLockLost(): Process {
  const left = [...verdicts];
  return (_job, { lockLost }) => {
    const { promise, resolve } = Promise.withResolvers<Verdict | void>();
    const verdict = left.shift();
    if (!verdict) resolve();
    lockLost.addEventListener("abort", () => resolve(verdict));
    return promise;
  };
}

Deno.test("an attempt is told that its lock is lost, and whatever its verdict then, it moves nothing", async () => {
  await using queue = await openTestQueue();
  const ids = await addJobs(queue, verdicts.length);
  await using worker = await startTestWorker(queue, untilLockLost(), {
    lockDurationMs: 1000,
    stalledIntervalMs: 500,
  });
  await until("all are under way", () => worker.attempts.length === ids.length);
  for (const id of ids) await queue.redis.del(`${queue.prefix}:ai-processing:${id}:lock`);
  await untilEnded(queue, "completed", ids.length);
  assert.deepEqual(worker.attempts.toSorted(), [...ids, ...ids].toSorted());
  for (const id of ids) assert.equal((await queue.bull.getJob(id))?.attemptsMade, 1);
  assert.deepEqual(worker.settled, []);
  assert.ok(!worker.lines.some(({ level }) => level === "error"));
});

Deno.test("a job that BullMQ gave up by itself is settled as stalled, without another attempt", async () => {
  await using queue = await openTestQueue();
  const [id = ""] = await addJobs(queue, 1);
  // What its stall check leaves on a job that stalled too often.
  await queue.redis.hset(`${queue.prefix}:ai-processing:${id}`, "defa", "stalled too often");
  await using worker = await startTestWorker(queue, () => Promise.resolve());
  await until("it is settled", () => worker.settled.length);
  assert.deepEqual(worker.settled, [{ id, code: "job_stalled" }]);
  assert.deepEqual(worker.attempts, []);
});
