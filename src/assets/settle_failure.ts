import { announce } from "./announce.ts";
import { type Asset, FAILURE_CODES, type FailureCode } from "./asset.ts";
import { deadLetterOf } from "./dead_letter.ts";
import type { AssetError } from "./errors.ts";
import { explain } from "./explain.ts";
import { patiently } from "./patiently.ts";
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
 * Idempotent: who comes second finds nothing to settle, and sees to the dead letter only. While
 * MongoDB is away it waits, until `graceOver`.
 */
export async function settleFailure(
  deps: SettleDeps,
  job: QueuedJob,
  error: AssetError,
  graceOver: AbortSignal,
  logger: Logger,
): Promise<void> {
  const { assets } = deps;
  const { assetId } = job.data;
  const found = await patiently(() => assets.find(assetId), graceOver);
  if (!found) return;
  const code = failureCodeOf(error);
  const failure = { code, message: tell(code, found.aiCalls), retryable: error.retryable };
  const last = { at: new Date(), code: error.code, message: explain(error) };
  const stamp = crypto.randomUUID();
  const fail = () => assets.fail(assetId, job.id, failure, last, stamp);
  const asset = await patiently(fail, graceOver);

  const log = traced(logger, asset ?? found);
  if (asset) log.error({ code, err: error }, "Asset failed");
  await queueDeadLetter(deps, asset ?? found, job, log);
  if (asset) await announce(deps, asset, log);
}

function isListed(asset: Asset | null, jobId: string): boolean {
  return asset?.processingJobId === jobId && asset.deadLetter?.state === "listed";
}

/** Sees to it that the run of this job has its dead letter in the queue, if it has one at all. */
export async function queueDeadLetter(
  deps: SettleDeps,
  asset: Asset,
  job: QueuedJob,
  log: Logger,
): Promise<void> {
  if (!isListed(asset, job.id)) return;
  try {
    await addDeadLetter(deps, asset, job.id);
  } catch (err) {
    log.error({ err }, "Dead letter not brought up to date");
  }
}

/** Queues the dead letter of that run, which is listed. */
export async function addDeadLetter(
  { assets, deadLetters }: Pick<SettleDeps, "assets" | "deadLetters">,
  asset: Asset,
  jobId: string,
): Promise<void> {
  await deadLetters.add(deadLetterOf(asset));
  // A retry or a deletion meanwhile may have looked for the letter before it was there.
  if (!isListed(await assets.find(asset.id), jobId)) await deadLetters.remove(jobId);
}

/** A fault of our own is none that the owner could tell from an interruption. */
function failureCodeOf({ code }: AssetError): FailureCode {
  return FAILURE_CODES.find((known) => known === code) ?? "job_stalled";
}

function tell(code: FailureCode, tries: number): string {
  return tries > 1 ? `${SENTENCES[code]} We tried ${tries} times.` : SENTENCES[code];
}
