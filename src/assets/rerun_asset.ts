import { type Asset, jobIdOf, parseJobId } from "./asset.ts";
import { asAssetError, AssetError } from "./errors.ts";
import { jobDataOf } from "./job_data.ts";
import { patiently } from "./patiently.ts";
import type {
  Actor,
  AssetStore,
  DeadLetterQueue,
  JobQueue,
  Logger,
  RequestTrace,
} from "./ports.ts";
import type { Queued } from "./submit_asset.ts";
import { within } from "./within.ts";

export interface RerunDeps {
  readonly assets: AssetStore;
  readonly queue: JobQueue;
  readonly deadLetters: DeadLetterQueue;
}

/** A new run of a failed asset, asked for by its owner. Throws `not_found`, `conflict`. */
export async function retryAsset(
  deps: RerunDeps,
  actor: Actor,
  id: string,
  request: RequestTrace,
  logger: Logger,
): Promise<Queued> {
  const asset = await deps.assets.find(id);
  if (asset?.userId !== actor.userId) {
    throw new AssetError("not_found", `User ${actor.userId} has no asset ${id}`);
  }
  try {
    return await rerun(deps, asset, request, logger);
  } catch (error) {
    const isDismissed = asset.deadLetter?.state === "dismissed";
    if (asAssetError(error).code !== "conflict" || isDismissed) throw error;
    // Its dead letter may have been dismissed meanwhile, which does not take the retry from its owner.
    const now = await deps.assets.find(id);
    if (now?.deadLetter?.state !== "dismissed") throw error;
    return await rerun(deps, now, request, logger);
  }
}

/**
 * A new run for a dead letter, asked for by an admin: the letter goes. Throws `not_found` for an
 * unknown job, `conflict` for one that did not fail or that somebody was quicker to replay.
 */
export async function replayDeadLetter(
  deps: RerunDeps,
  jobId: string,
  request: RequestTrace,
  logger: Logger,
): Promise<Queued> {
  const named = parseJobId(jobId);
  const asset = named && await deps.assets.find(named.assetId);
  if (!asset || named.run > asset.run) {
    throw new AssetError("not_found", `There is no job ${jobId}`);
  }
  if (asset.processingJobId !== jobId || asset.deadLetter?.state !== "listed") {
    throw new AssetError("conflict", `Job ${jobId} has no dead letter`);
  }
  return await rerun(deps, asset, request, logger);
}

/**
 * The next run of an asset as it was found: failed, and with its dead letter in that state. Throws
 * `conflict` when that has changed.
 */
export async function rerun(
  deps: RerunDeps,
  failed: Asset,
  request: RequestTrace,
  logger: Logger,
): Promise<Queued> {
  const { queue } = deps;
  await queue.ping();
  if (failed.status !== "failed") throw notFailed(failed);
  const stamp = crypto.randomUUID();
  const asset = await begin(deps, failed, request, stamp, logger);
  const queued = { assetId: asset.id, jobId: jobIdOf(asset.id, asset.run) };
  try {
    await queue.add(queued.jobId, jobDataOf(asset));
  } catch (error) {
    const isUndone = await within(UNDO_MS, undo(deps, failed, stamp, logger));
    if (isUndone ?? true) throw error;
  }
  logger.info(queued, "Asset queued again");
  await removeLetter(deps, failed, logger);
  return queued;
}

async function begin(
  deps: RerunDeps,
  failed: Asset,
  request: RequestTrace,
  stamp: string,
  logger: Logger,
): Promise<Asset> {
  try {
    const asset = await deps.assets.rerun(failed, request, stamp);
    if (asset) return asset;
  } catch (error) {
    // It may have begun all the same, and only the answer was lost.
    await within(UNDO_MS, undo(deps, failed, stamp, logger));
    throw error;
  }
  throw notFailed(failed);
}

/** A client waits for this; what takes longer goes on without it. */
const UNDO_MS = 500;
/** For MongoDB to come back. */
const PATIENCE_MS = 60_000;

/** Returns false when there is nothing to undo: a worker has begun the run, or it never was. */
async function undo(
  { assets }: RerunDeps,
  failed: Asset,
  stamp: string,
  logger: Logger,
): Promise<boolean> {
  try {
    const undoRerun = () => assets.undoRerun(failed, stamp);
    return await patiently(undoRerun, AbortSignal.timeout(PATIENCE_MS)) !== null;
  } catch (err) {
    logger.error({ assetId: failed.id, err }, "A new run that was not queued could not be undone");
    return true;
  }
}

function notFailed({ id }: Asset): AssetError {
  return new AssetError("conflict", `Asset ${id} has not failed`);
}

/** Takes the dead letter of that run out of its queue; what cannot be reached is left there. */
export async function removeLetter(
  { deadLetters }: Pick<RerunDeps, "deadLetters">,
  failed: Asset,
  logger: Logger,
): Promise<void> {
  const { processingJobId: jobId } = failed;
  try {
    if (jobId) await deadLetters.remove(jobId);
  } catch (err) {
    logger.warn(
      { deadLetter: jobId, err },
      "A dead letter that is not listed any more stays in its queue",
    );
  }
}
