import { announce } from "./announce.ts";
import type { AssetError, ErrorCode } from "./errors.ts";
import type { AssetStore, EventPublisher, JobData, Logger } from "./ports.ts";

/** Plain sentences for the owner: what happened, without the machinery behind it. */
const SENTENCES: Partial<Record<ErrorCode, string>> = {
  ai_rejected: "The analysis service could not read this picture.",
  ai_unauthorized: "The analysis service is not available to us right now.",
  ai_unavailable: "The analysis service did not answer.",
  ai_timeout: "The analysis service did not answer in time.",
  ai_bad_response: "The analysis service gave an answer that we do not understand.",
  ai_rate_limited: "The analysis service is too busy.",
  job_stalled: "The analysis was interrupted too often.",
};

/**
 * The one end of a failed run: processing -> failed, then the event (FR-015, FR-019). Idempotent:
 * whoever comes second finds nothing to settle.
 *
 * @param tries how often the analysis was tried; told to the owner when more than once
 */
export async function settleFailure(
  deps: { assets: AssetStore; events: EventPublisher },
  job: { id: string; data: JobData },
  error: AssetError,
  tries: number,
  logger: Logger,
): Promise<void> {
  const sentence = SENTENCES[error.code] ?? "The analysis failed for a reason on our side.";
  const asset = await deps.assets.fail(job.data.assetId, job.id, {
    code: error.code,
    message: tries > 1 ? `${sentence} We tried ${tries} times.` : sentence,
    retryable: error.retryable,
  });
  if (!asset) return;
  logger.error({ requestId: asset.requestId, code: error.code, err: error }, "Asset failed");
  await announce(deps, asset, logger);
}
