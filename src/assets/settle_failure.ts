import { announce } from "./announce.ts";
import { FAILURE_CODES, type FailureCode } from "./asset.ts";
import { deadLetterOf } from "./dead_letter.ts";
import type { AssetError } from "./errors.ts";
import { explain } from "./explain.ts";
import type { AssetStore, DeadLetterQueue, EventPublisher, Logger, QueuedJob } from "./ports.ts";
import { traced } from "./trace.ts";

export interface SettleDeps {
  readonly assets: AssetStore;
  readonly deadLetters: DeadLetterQueue;
  readonly events: EventPublisher;
}

/** Plain sentences for the owner: what happened, without the machinery behind it. */
const SENTENCES: Readonly<Record<FailureCode, string>> = {
  ai_rejected: "The analysis service could not read this picture.",
  ai_unauthorized: "The analysis service is not available to us right now.",
  ai_unavailable: "The analysis service did not answer.",
  ai_timeout: "The analysis service did not answer in time.",
  ai_bad_response: "The analysis service gave an answer that we do not understand.",
  ai_rate_limited: "The analysis service is too busy.",
  deadline_exceeded: "The analysis took too long.",
  job_stalled: "The analysis was interrupted too often.",
};

/**
 * The one end of a failed run: processing -> failed, dead letter, event (FR-004, FR-015, FR-019).
 * Idempotent: whoever comes second finds nothing to settle.
 */
export async function settleFailure(
  deps: SettleDeps,
  job: QueuedJob,
  error: AssetError,
  logger: Logger,
): Promise<void> {
  const { assets, deadLetters } = deps;
  const running = await assets.find(job.data.assetId);
  if (!running) return;
  const code = failureCodeOf(error);
  const failure = { code, message: tell(code, running.aiCalls), retryable: error.retryable };
  const asset = await assets.fail(running.id, job.id, failure, explain(error));
  if (!asset) return;
  const log = traced(logger, asset);
  log.error({ code, err: error }, "Asset failed");
  try {
    await deadLetters.add(deadLetterOf(asset));
  } catch (err) {
    log.error({ err }, "Dead letter not queued");
  }
  await announce(deps, asset, log);
}

/** A fault of our own is none that the owner could tell from an interruption. */
function failureCodeOf({ code }: AssetError): FailureCode {
  return FAILURE_CODES.find((known) => known === code) ?? "job_stalled";
}

function tell(code: FailureCode, tries: number): string {
  return tries > 1 ? `${SENTENCES[code]} We tried ${tries} times.` : SENTENCES[code];
}
