import { jobIdOf } from "./asset.ts";
import { AssetError } from "./errors.ts";
import type { IdempotencyKeys, KeyEntry, KeyUse } from "./idempotency_keys.ts";
import { jobDataOf } from "./job_data.ts";
import type { AssetStore, Logger } from "./ports.ts";
import {
  beginSubmission,
  completeSubmission,
  type Queued,
  type Submission,
  type SubmitDeps,
} from "./submit_asset.ts";
import { within } from "./within.ts";

export interface SubmitOnceDeps extends SubmitDeps {
  readonly idempotencyKeys: IdempotencyKeys;
}

export interface QueuedOnce extends Queued {
  /** Whether it was an earlier request with this key that got it accepted. */
  readonly isReplay: boolean;
}

/**
 * As `submitAsset`, but of all requests with this key only one is accepted; the others get what it
 * got. Throws `idempotency_mismatch` when it had another category or image, `idempotency_running`
 * while it may still be at work.
 */
export async function submitOnce(
  deps: SubmitOnceDeps,
  submission: Submission,
  key: string,
  logger: Logger,
): Promise<QueuedOnce> {
  const { userId } = submission;
  const use = { userId, key, digest: await digestOf(submission) };
  for (;;) {
    const earlier = await deps.idempotencyKeys.find(userId, key);
    const isAccepted = earlier !== null && await isEverAccepted(deps, earlier, logger);
    if (earlier && (isAccepted || earlier.isHeld)) {
      return { ...queuedBy(earlier, isAccepted, use), isReplay: true };
    }
    const queued = await submitFor(deps, use, submission, earlier?.assetId, logger);
    if (queued) return { ...queued, isReplay: false };
    // Another request claimed the key in between: look again.
  }
}

async function digestOf({ category, image }: Submission): Promise<string> {
  const bytes = await new Blob([`${category}\n`, image]).arrayBuffer();
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return btoa(String.fromCharCode(...new Uint8Array(hash)));
}

function queuedBy({ assetId, digest }: KeyEntry, isAccepted: boolean, use: KeyUse): Queued {
  if (digest !== use.digest) {
    throw new AssetError("idempotency_mismatch", `The key was used for asset ${assetId}`);
  }
  if (!isAccepted) {
    throw new AssetError("idempotency_running", `The key's draft ${assetId} is not accepted yet`);
  }
  return { assetId, jobId: jobIdOf(assetId, 1) };
}

/** When it returns true, that holds for good; when false, then unless the key is still held. */
async function isEverAccepted(
  deps: SubmitOnceDeps,
  { assetId, isAccepted, isHeld }: KeyEntry,
  logger: Logger,
): Promise<boolean> {
  if (isAccepted) return true;
  const isConfirmed = isHeld
    ? await deps.assets.confirm(assetId)
    : await isDecidedFor(deps.assets, assetId);
  if (isConfirmed) await resume(deps, assetId, logger);
  return isConfirmed;
}

/**
 * Ends all doubt about a submission whose request is over, or slower than anybody waits for. A draft
 * is buried, so it cannot be accepted any more; what was accepted cannot be withdrawn any more.
 */
async function isDecidedFor(assets: AssetStore, assetId: string): Promise<boolean> {
  await assets.buryDraft(assetId);
  return await assets.confirm(assetId);
}

/** Does what a request that died behind its `accept` had left to do; else the reconciler will. */
async function resume(
  { assets, queue, idempotencyKeys }: SubmitOnceDeps,
  assetId: string,
  logger: Logger,
): Promise<void> {
  try {
    const asset = await assets.find(assetId);
    if (asset?.status === "processing") {
      await queue.add(jobIdOf(assetId, asset.run), jobDataOf(asset));
    }
    await idempotencyKeys.markAccepted(assetId);
  } catch (err) {
    logger.warn({ assetId, err }, "An accepted asset is not known to be queued");
  }
}

/** Returns undefined when another request has the key. */
async function submitFor(
  deps: SubmitOnceDeps,
  use: KeyUse,
  submission: Submission,
  insteadOf: string | undefined,
  logger: Logger,
): Promise<Queued | undefined> {
  const { assets, idempotencyKeys } = deps;
  // The draft comes first: so a key's asset that is not there is one that is gone, never one to come.
  const draft = await beginSubmission(deps, submission);
  let queued: Queued;
  try {
    if (!await idempotencyKeys.claim(use, draft.id, insteadOf)) {
      await assets.deleteDraft(draft.id);
      return undefined;
    }
    queued = await completeSubmission(deps, draft, submission, logger);
  } catch (error) {
    await within(FREE_MS, free(deps, draft.id, logger));
    throw error;
  }
  try {
    await idempotencyKeys.markAccepted(queued.assetId);
  } catch (err) {
    logger.warn({ ...queued, err }, "The asset alone tells that its key's request was accepted");
  }
  return queued;
}

/** Long enough for a database that answers; a key that is not freed is taken over later. */
const FREE_MS = 500;

async function free(
  { assets, idempotencyKeys }: SubmitOnceDeps,
  assetId: string,
  logger: Logger,
): Promise<void> {
  try {
    const isAccepted = await isDecidedFor(assets, assetId);
    if (!isAccepted) await idempotencyKeys.release(assetId);
  } catch (err) {
    logger.warn({ assetId, err }, "An idempotency key was not freed yet");
  }
}
