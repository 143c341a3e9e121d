import type { OutageLog } from "./ai_outage.ts";
import { asAssetError, type AssetError } from "./errors.ts";
import { explain } from "./explain.ts";
import { patiently } from "./patiently.ts";
import type { JobQueue, Logger, QueuedJob } from "./ports.ts";
import { type SettleDeps, settleFailure } from "./settle_failure.ts";

/** What becomes of a job after an attempt. Only `retry` and `fail` count as attempts made. */
export type Verdict =
  | { readonly next: "complete" }
  /** Nothing of the job is to stay, because nothing of its asset does. */
  | { readonly next: "forget" }
  | {
    readonly next:
      | "retry"
      | "fail"
      /** The whole queue waits, for `error.retryAfterMs` if that is known. */
      | "hold queue"
      /** The same, and then the other jobs come first. */
      | "step back"
      /** For another worker, at once. */
      | "hand back";
    readonly error: AssetError;
  };

export interface JudgedAttempt {
  readonly isLast: boolean;
  readonly graceOver: AbortSignal;
  /** By which its call to the AI service was counted. */
  readonly stamp: string;
  /** When it began to try for all others whether the AI service is back, if it did. */
  readonly heldSince: Date | undefined;
}

export interface JudgeDeps extends SettleDeps {
  readonly outages: OutageLog;
  readonly queue: JobQueue;
}

/** Books a failed attempt and decides what follows (contract, "AI service"). */
export async function judgeAttempt(
  deps: JudgeDeps,
  job: QueuedJob,
  error: AssetError,
  { isLast, graceOver, stamp, heldSince }: JudgedAttempt,
  logger: Logger,
): Promise<Verdict> {
  const { assets } = deps;
  const { assetId } = job.data;
  const isFinal = isLast || !error.retryable;
  const noteOutage = () => {
    const until = new Date(Date.now() + (error.retryAfterMs ?? 0));
    return patiently(() => deps.outages.note({ from: heldSince ?? new Date(), until }), graceOver);
  };
  try {
    switch (error.code) {
      case "ai_rate_limited":
        await patiently(() => assets.releaseCall(assetId, job.id, stamp), graceOver);
        return { next: "hold queue", error };
      case "ai_outage":
        await patiently(
          () => assets.releaseCall(assetId, job.id, stamp, { isUnheard: true }),
          graceOver,
        );
        await noteOutage();
        // It may be the reason itself: the next call that tries the service is another job's.
        return { next: "step back", error };
      case "circuit_open":
        await noteOutage();
        return { next: "hold queue", error };
      // The outage outlasted our own patience, which ends only with the worker.
      case "service_unavailable":
      case "interrupted":
        await assets.releaseCall(assetId, job.id, stamp);
        return { next: "hand back", error };
      case "lock_lost":
        // Nothing is released if another worker has made a call meanwhile.
        await assets.releaseCall(assetId, job.id, stamp);
        // For a Redis that lost the job itself; else it is there, and this changes nothing.
        await deps.queue.add(job.id, job.data);
        return { next: "hand back", error };
    }
    if (isFinal) {
      await settleFailure(deps, job, error, graceOver, logger);
      return { next: "fail", error };
    }
    const attempt = { at: new Date(), code: error.code, message: explain(error) };
    await patiently(() => assets.recordAttempt(assetId, job.id, attempt), graceOver);
    return { next: "retry", error };
  } catch (err) {
    logger.error({ err }, "Failed attempt not booked");
    const isAway = asAssetError(err).code === "service_unavailable";
    if (isAway) return { next: "hand back", error };
    return { next: isFinal ? "fail" : "retry", error };
  }
}
