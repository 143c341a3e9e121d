import { asAssetError, type AssetError } from "./errors.ts";
import { explain } from "./explain.ts";
import { patiently } from "./patiently.ts";
import type { Logger, QueuedJob } from "./ports.ts";
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
      /** For another worker, at once. */
      | "hand back";
    readonly error: AssetError;
  };

export interface JudgedAttempt {
  readonly isLast: boolean;
  readonly graceOver: AbortSignal;
  /** By which its call to the AI service was counted. */
  readonly stamp: string;
}

/** Books a failed attempt and decides what follows (contract, "AI service"). */
export async function judgeAttempt(
  deps: SettleDeps,
  job: QueuedJob,
  error: AssetError,
  { isLast, graceOver, stamp }: JudgedAttempt,
  logger: Logger,
): Promise<Verdict> {
  const { assets } = deps;
  const { assetId } = job.data;
  const isFinal = isLast || !error.retryable;
  try {
    switch (error.code) {
      case "ai_rate_limited":
        await patiently(() => assets.releaseCall(assetId, job.id, stamp), graceOver);
        return { next: "hold queue", error };
      // The outage outlasted our own patience, which ends only with the worker.
      case "service_unavailable":
      case "interrupted":
        await assets.releaseCall(assetId, job.id, stamp);
        return { next: "hand back", error };
      // The AI service may have begun that call, so it stays counted: another worker may make one now.
      case "lock_lost":
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
