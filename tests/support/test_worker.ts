import assert from "node:assert/strict";
import { jobIdOf } from "../../src/assets/asset.ts";
import { type JobHandlers, startJobWorker } from "../../src/queue/job_worker.ts";
import { type LogLine, recordLogs } from "./recorded_logs.ts";
import { newJobData, type TestQueue } from "./test_queue.ts";
import { until } from "./until.ts";

interface GivenUp {
  readonly id: string;
  readonly code: string;
  readonly tries: number;
}

export interface TestWorker extends AsyncDisposable {
  /** The ids of the jobs it began, in their order, one for each attempt. */
  readonly attempts: readonly string[];
  readonly givenUp: readonly GivenUp[];
  readonly lines: readonly LogLine[];
  close(graceMs?: number): Promise<void>;
  /** Lets go what the test holds back, when it ends before it came to that itself. */
  onClose(letGo: () => void): void;
  /** It was given up at least once (twice is allowed), and each time like this. */
  assertGivenUp(expected: GivenUp): void;
}

/** A worker on a connection of its own, with a record of what it did. */
export async function startTestWorker(
  queue: TestQueue,
  process: JobHandlers["process"],
  { concurrency = 5, jobTimeoutMs = 120_000, giveUp = () => Promise.resolve() }: {
    concurrency?: number;
    jobTimeoutMs?: number;
    giveUp?: JobHandlers["giveUp"];
  } = {},
): Promise<TestWorker> {
  const { logger, lines } = recordLogs();
  const attempts: string[] = [];
  const givenUp: GivenUp[] = [];
  const redis = await queue.connect("wait");
  const resources = new AsyncDisposableStack();
  const options = { redis, prefix: queue.prefix, concurrency, jobTimeoutMs, logger };
  const worker = startJobWorker({ ...options, allowLoopback: false }, {
    process(job, signal, log) {
      attempts.push(job.id);
      return process(job, signal, log);
    },
    giveUp(job, error, tries, log) {
      givenUp.push({ id: job.id, code: error.code, tries });
      return giveUp(job, error, tries, log);
    },
  });
  resources.defer(() => worker.close(10_000));
  return {
    ...{ attempts, givenUp, lines },
    close: (graceMs = 10_000) => worker.close(graceMs),
    onClose: (letGo) => resources.defer(letGo),
    assertGivenUp(expected) {
      assert.ok(givenUp.length > 0, "It was not given up");
      for (const each of givenUp) assert.deepEqual(each, expected);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Adds a job by its own id, which it returns. */
export async function addJob(queue: TestQueue, data = newJobData()): Promise<string> {
  const id = jobIdOf(data.assetId, 1);
  await queue.jobs.add(id, data);
  return id;
}

/** Adds jobs one after the other and returns their ids in that order. */
export function addJobs(queue: TestQueue, count: number): Promise<string[]> {
  return Array.fromAsync({ length: count }, () => addJob(queue));
}

/** Waits until so many jobs have ended in that state. */
export async function untilEnded(
  queue: TestQueue,
  state: "completed" | "failed",
  count: number,
): Promise<void> {
  const hasEnded = async () => await queue.bull.getJobCountByTypes(state) === count;
  await until(`${count} jobs ${state}`, hasEnded);
}
