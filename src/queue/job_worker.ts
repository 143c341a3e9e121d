import { type Job, UnrecoverableError, WaitingError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { AssetError } from "../assets/errors.ts";
import type { Verdict } from "../assets/judge_attempt.ts";
import type { Logger, QueuedJob } from "../assets/ports.ts";
import type { Attempt } from "../assets/process_asset.ts";
import { jobDataSchema } from "../contract/ai_job.ts";
import { endWithin } from "../end_within.ts";
import { AI_PROCESSING } from "./job_catalogue.ts";
import { createJobMoves } from "./job_moves.ts";
import { createQueueHold, HOLDABLE } from "./queue_hold.ts";

export interface JobHandlers {
  /** One attempt; it says what becomes of the job. */
  process(job: QueuedJob, attempt: Attempt, logger: Logger): Promise<Verdict>;
  /** Whether one job more at a time is enough now: it finds out for all others. */
  isProbing(): boolean;
  /** The job has failed for good, maybe for the second time: it has to be idempotent. */
  settle(
    job: QueuedJob,
    error: AssetError,
    graceOver: AbortSignal,
    logger: Logger,
  ): Promise<void>;
}

export interface JobWorkerOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly concurrency: number;
  /** How long a job is its worker's without a sign of life, and how often that is checked. */
  readonly lockDurationMs: number;
  readonly stalledIntervalMs: number;
  /** Accept `http://` image addresses of this machine: development only. */
  readonly allowLoopback: boolean;
  readonly logger: Logger;
}

/** For jobs to be handed back, once the grace is over: two waits for a MongoDB that hangs. */
const HAND_BACK_MS = 9000;
const CLOSE_MS = 2000;

const NEVER = new AbortController().signal;

/** Takes jobs from `ai-processing` in their order (FR-011) until it is closed. */
export function startJobWorker(
  options: JobWorkerOptions,
  handlers: JobHandlers,
): { close(graceMs: number): Promise<void> } {
  const { redis, prefix, concurrency, logger } = options;
  const schema = jobDataSchema(options);
  const underWay = new Set<Promise<unknown>>();
  const graceOver = new AbortController();
  /** Under way, without those that are over for us and not yet for BullMQ. */
  let attempts = 0;
  let isClosing = false;

  // BullMQ has a signal only for a function with three parameters.
  const process = (job: Job, _token: string | undefined, signal: AbortSignal | undefined) =>
    tracked(attempt(job, signal ?? NEVER));
  const worker = new Worker(AI_PROCESSING, process, {
    connection: redis,
    prefix,
    concurrency,
    limiter: HOLDABLE,
    // Longer polls make retries late: under Deno, BullMQ may forget when the next delayed job is due.
    drainDelay: 0.25,
    runRetryDelay: 1000,
    // The calls are counted by the asset; this is for jobs whose workers die before they count one.
    maxStalledCount: 20,
    lockDuration: options.lockDurationMs,
    stalledInterval: options.stalledIntervalMs,
  });
  const hold = createQueueHold({ redis, key: worker.toKey("limiter"), logger });
  const obey = createJobMoves({ hold, isClosing: () => isClosing });
  worker.on("error", (err) => {
    // The connections report for themselves; the rest tells of jobs that cannot be taken or ended.
    logger[isConnectionError(err) ? "debug" : "warn"]({ err }, "Queue error");
  });
  worker.on("lockRenewalFailed", (jobIds) => jobIds.forEach((id) => worker.cancelJob(id)));
  worker.on("failed", (job, error) => {
    // Set on a job's last failure only, also when BullMQ gave it up without calling `attempt`.
    const queued = job && toQueuedJob(job);
    if (!queued || !job.finishedOn) return;
    const log = jobLogger(job, job.attemptsMade);
    tracked(
      handlers.settle(queued, codedCause(error), graceOver.signal, log)
        .catch((err) => log.error({ err }, "Failure not settled")),
    );
  });

  return {
    /**
     * Takes no more jobs and waits for those under way, up to `graceMs`; what has not ended by then
     * is handed back, without an attempt counted.
     */
    async close(graceMs) {
      isClosing = true;
      const closed = worker.close();
      const ended = allEnded(closed);
      await endWithin(graceMs, ended, () => {
        const jobs = underWay.size;
        if (jobs > 0) logger.warn({ jobs }, "Jobs are handed back to the queue");
        graceOver.abort();
      });
      await endWithin(HAND_BACK_MS, ended, () => {
        logger.warn({ jobs: underWay.size }, "Jobs are left for the stall check");
      });
    },
  };

  async function tracked(work: Promise<unknown>): Promise<void> {
    underWay.add(work);
    try {
      await work;
    } finally {
      underWay.delete(work);
    }
  }

  /** BullMQ may still begin a job that it was fetching; without Redis, its own closing has no end. */
  async function allEnded(closed: Promise<void>): Promise<void> {
    do {
      while (underWay.size > 0) await Promise.allSettled(underWay);
      await endWithin(CLOSE_MS, closed);
    } while (underWay.size > 0);
  }

  async function attempt(job: Job, lockLost: AbortSignal): Promise<void> {
    const queued = toQueuedJob(job);
    const number = job.attemptsMade + 1;
    const log = jobLogger(job, number);
    if (!queued) {
      log.error({}, "A job of this queue has data that is not ours");
      throw new UnrecoverableError("The job's data is not ours");
    }
    const { attempts: maxCalls = 1 } = job.opts;
    const isLast = number >= maxCalls;
    const signals = { graceOver: graceOver.signal, lockLost };
    attempts += 1;
    const verdict = await handlers.process(queued, { isLast, maxCalls, ...signals }, log)
      .finally(() => attempts -= 1);
    worker.concurrency = handlers.isProbing() ? Math.min(attempts + 1, concurrency) : concurrency;
    // The job is no longer ours to move; this error is the one that leaves it alone.
    if (lockLost.aborted) throw new WaitingError();
    await obey(verdict, job);
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
