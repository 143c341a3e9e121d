import { jobIdOf } from "../../src/assets/asset.ts";
import { asAssetError } from "../../src/assets/errors.ts";
import type { Verdict } from "../../src/assets/judge_attempt.ts";
import type { Attempt } from "../../src/assets/process_asset.ts";
import { type JobHandlers, startJobWorker } from "../../src/queue/job_worker.ts";
import { type LogLine, recordLogs } from "./recorded_logs.ts";
import { defaultConfig, newJobData, type TestQueue } from "./test_queue.ts";
import { until } from "./until.ts";

interface Settled {
  readonly id: string;
  readonly code: string;
}

/** What a test's attempt does: a verdict, nothing for success, or an error that counts as a failure. */
export type Process = (
  ...args: Parameters<JobHandlers["process"]>
) => Promise<Verdict | void>;

export interface TestWorker extends AsyncDisposable {
  /** The ids of the jobs it began, in their order, one for each attempt. */
  readonly attempts: readonly string[];
  /** The jobs that were settled as failed. */
  readonly settled: readonly Settled[];
  readonly lines: readonly LogLine[];
  close(graceMs?: number): Promise<void>;
  /** Lets go what the test holds back, when it ends before it came to that itself. */
  onClose(letGo: () => void): void;
}

/** A worker on a connection of its own, with a record of what it did. */
export async function startTestWorker(
  queue: TestQueue,
  process: Process,
  { concurrency = 5, settle = () => Promise.resolve(), isProbing = () => false, ...overrides }: {
    concurrency?: number;
    lockDurationMs?: number;
    stalledIntervalMs?: number;
    settle?: JobHandlers["settle"];
    isProbing?: JobHandlers["isProbing"];
  } = {},
): Promise<TestWorker> {
  const { logger, lines } = recordLogs();
  const attempts: string[] = [];
  const settled: Settled[] = [];
  const redis = await queue.connect("wait");
  const resources = new AsyncDisposableStack();
  const times = { ...defaultConfig().worker, ...overrides };
  const options = { ...times, redis, prefix: queue.prefix, concurrency, logger };
  const worker = startJobWorker({ ...options, allowLoopback: false }, {
    process(job, attempt, log) {
      attempts.push(job.id);
      return judged(process(job, attempt, log), attempt);
    },
    isProbing,
    settle(job, error, graceOver, log) {
      settled.push({ id: job.id, code: error.code });
      return settle(job, error, graceOver, log);
    },
  });
  resources.defer(() => worker.close(10_000));
  return {
    ...{ attempts, settled, lines },
    close: (graceMs = 10_000) => worker.close(graceMs),
    onClose: (letGo) => resources.defer(letGo),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function judged(work: Promise<Verdict | void>, { isLast }: Attempt): Promise<Verdict> {
  try {
    return await work ?? { next: "complete" };
  } catch (caught) {
    const error = asAssetError(caught);
    return { next: isLast || !error.retryable ? "fail" : "retry", error };
  }
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
