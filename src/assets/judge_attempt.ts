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
      /** This job waits, until a service of ours is back. */
      | "postpone"
      /** For another worker, at once. */
      | "hand back";
    readonly error: AssetError;
  };

/** Books a failed attempt and decides what follows (contract, "AI service"). */
export async function judgeAttempt(
  deps: SettleDeps,
  job: QueuedJob,
  error: AssetError,
  { isLast, closing }: { isLast: boolean; closing: AbortSignal },
  logger: Logger,
): Promise<Verdict> {
  switch (error.code) {
    case "service_unavailable":
      return { next: "postpone", error };
    case "ai_rate_limited":
      await releaseCall(deps, job, logger);
      return { next: "hold queue", error };
    case "interrupted":
      await releaseCall(deps, job, logger);
      return { next: "hand back", error };
  }
  const isFinal = isLast || !error.retryable || error.code === "deadline_exceeded";
  const attempt = { at: new Date(), code: error.code, message: explain(error) };
  try {
    const record = () => deps.assets.recordAttempt(job.data.assetId, job.id, attempt);
    await patiently(record, closing);
    if (isFinal) await patiently(() => settleFailure(deps, job, error, logger), closing);
  } catch (unbooked) {
    logger.error({ err: unbooked }, "Failed attempt not recorded");
    const reason = asAssetError(unbooked);
    if (reason.code === "service_unavailable") return { next: "postpone", error: reason };
  }
  return { next: isFinal ? "fail" : "retry", error };
}

async function releaseCall({ assets }: SettleDeps, job: QueuedJob, logger: Logger): Promise<void> {
  try {
    await assets.releaseCall(job.data.assetId, job.id);
  } catch (err) {
    logger.warn({ err }, "A call that did not count stays counted");
  }
}
