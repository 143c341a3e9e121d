import { type Asset, jobIdOf, parseJobId } from "./asset.ts";
import { AssetError } from "./errors.ts";
import { jobDataOf } from "./job_data.ts";
import type {
  Actor,
  AssetStore,
  DeadLetterQueue,
  JobQueue,
  Logger,
  RequestTrace,
} from "./ports.ts";
import type { Queued } from "./submit_asset.ts";

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
  return await rerun(deps, asset, request, logger);
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

async function rerun(
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
    const isBegun = !await undo(deps, failed, stamp, logger);
    if (!isBegun) throw error;
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
    await undo(deps, failed, stamp, logger);
    throw error;
  }
  throw notFailed(failed);
}

/** Returns false when there is nothing to undo: a worker has begun the run, or it never was. */
async function undo(
  { assets }: RerunDeps,
  failed: Asset,
  stamp: string,
  logger: Logger,
): Promise<boolean> {
  try {
    return await assets.undoRerun(failed, stamp) !== null;
  } catch (err) {
    logger.error({ assetId: failed.id, err }, "A new run that was not queued could not be undone");
    return true;
  }
}

function notFailed({ id }: Asset): AssetError {
  return new AssetError("conflict", `Asset ${id} has not failed`);
}

async function removeLetter({ deadLetters }: RerunDeps, failed: Asset, logger: Logger) {
  try {
    if (failed.processingJobId) await deadLetters.remove(failed.processingJobId);
  } catch (err) {
    logger.warn({ err }, "A replayed dead letter stays in its queue");
  }
}
