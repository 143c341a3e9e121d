import { type Job, UnrecoverableError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import pTimeout from "p-timeout";
import { asAssetError, AssetError } from "../assets/errors.ts";
import type { JobData, Logger } from "../assets/ports.ts";
import { endWithin } from "../end_within.ts";
import { AI_PROCESSING, jobDataSchema } from "./job_catalogue.ts";

export interface QueuedJob {
  readonly id: string;
  readonly data: JobData;
}

export interface JobHandlers {
  /** One attempt; what it throws decides by `retryable` whether another follows. */
  process(job: QueuedJob, signal: AbortSignal, logger: Logger): Promise<void>;
  /** The job is not tried again. May be called twice for one job, so it has to be idempotent. */
  giveUp(job: QueuedJob, error: AssetError, tries: number, logger: Logger): Promise<void>;
}

export interface JobWorkerOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly concurrency: number;
  /** For one attempt, in milliseconds. */
  readonly jobTimeoutMs: number;
  /** Accept `http://` image addresses of this machine: development only. */
  readonly allowLoopback: boolean;
  readonly logger: Logger;
}

const CLOSE_MS = 2000;

/** Takes jobs from `ai-processing` in their order (FR-011) until it is closed, which waits for them. */
export function startJobWorker(
  { redis, prefix, concurrency, jobTimeoutMs, allowLoopback, logger }: JobWorkerOptions,
  handlers: JobHandlers,
): { close(graceMs: number): Promise<void> } {
  const schema = jobDataSchema({ allowLoopback });
  const underWay = new Set<Promise<void>>();

  const worker = new Worker(AI_PROCESSING, (job: Job) => tracked(attempt(job)), {
    connection: redis,
    prefix,
    concurrency,
    // Longer polls make retries late: under Deno, BullMQ may forget when the next delayed job is due.
    drainDelay: 0.25,
    runRetryDelay: 1000,
    maxStalledCount: 3,
  });
  worker.on("error", (err) => {
    // The connections report for themselves; the rest tells of jobs that cannot be taken or ended.
    logger[isConnectionError(err) ? "debug" : "warn"]({ err }, "Queue error");
  });
  worker.on("failed", (job, error) => {
    // Set on a job's last failure only, also when BullMQ gave it up without calling `attempt`.
    const queued = job && toQueuedJob(job);
    if (!queued || !job.finishedOn) return;
    tracked(giveUp(job, queued, codedCause(error), job.attemptsMade));
  });

  return {
    /** Takes no more jobs and waits for those under way, up to `graceMs`. */
    async close(graceMs) {
      const closing = worker.close();
      await endWithin(graceMs, allEnded(), () => {
        logger.warn({ jobs: underWay.size }, "Jobs are left for another worker");
      });
      // Without Redis it would not end.
      await endWithin(CLOSE_MS, closing);
    },
  };

  async function tracked(work: Promise<void>): Promise<void> {
    underWay.add(work);
    try {
      await work;
    } finally {
      underWay.delete(work);
    }
  }

  async function allEnded(): Promise<void> {
    while (underWay.size > 0) await Promise.allSettled(underWay);
  }

  async function attempt(job: Job): Promise<void> {
    const queued = toQueuedJob(job);
    const tries = job.attemptsMade + 1;
    const log = jobLogger(job, tries);
    if (!queued) {
      log.error({}, "A job of this queue has data that is not ours");
      throw new UnrecoverableError("The job's data is not ours");
    }
    const startedAt = performance.now();
    try {
      await pTimeout(handlers.process(queued, AbortSignal.timeout(jobTimeoutMs), log), {
        milliseconds: jobTimeoutMs,
        message: new AssetError("ai_timeout", `The attempt took longer than ${jobTimeoutMs} ms`),
      });
    } catch (caught) {
      const error = asAssetError(caught);
      const durationMs = Math.round(performance.now() - startedAt);
      log.warn({ code: error.code, err: error, durationMs }, "Attempt failed");
      const isLast = !error.retryable || tries >= (job.opts.attempts ?? 1);
      if (isLast) await giveUp(job, queued, error, tries);
      throw error.retryable
        ? error
        : Object.assign(new UnrecoverableError(error.message), { cause: error });
    }
  }

  async function giveUp(job: Job, queued: QueuedJob, error: AssetError, tries: number) {
    const log = jobLogger(job, tries);
    await handlers.giveUp(queued, error, tries, log)
      .catch((err) => log.error({ err }, "Failure not settled"));
  }

  function toQueuedJob({ id, data }: Job): QueuedJob | undefined {
    const parsed = schema.safeParse(data);
    return id && parsed.success ? { id, data: parsed.data } : undefined;
  }

  function jobLogger({ id, data }: Job, attempt: number): Logger {
    return logger.child({ jobId: id, assetId: data?.assetId, userId: data?.userId, attempt });
  }
}

function isConnectionError(error: Error): boolean {
  const code = "code" in error ? String(error.code) : "";
  return /^(E[A-Z_]+|NR_CLOSED)$/.test(code) || /^Connection is closed/.test(error.message);
}

/** Why `attempt` failed; what it did not throw itself is BullMQ's word on a job that kept stalling. */
function codedCause(error: Error): AssetError {
  const coded = [error, error.cause].find((candidate) => candidate instanceof AssetError);
  return coded ?? new AssetError("job_stalled", error.message, { cause: error });
}
