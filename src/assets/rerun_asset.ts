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
  const { assets, queue } = deps;
  await queue.ping();
  const asset = failed.status === "failed" ? await assets.rerun(failed, request) : null;
  if (!asset) throw new AssetError("conflict", `Asset ${failed.id} has not failed`);
  const jobId = jobIdOf(asset.id, asset.run);
  try {
    await queue.add(jobId, jobDataOf(asset));
  } catch (error) {
    // Null when a worker has it all the same: then only the queue's answer was lost.
    if (await assets.undoRerun(failed, jobId)) throw error;
  }
  logger.info({ assetId: asset.id, jobId }, "Asset queued again");
  await removeLetter(deps, failed, logger);
  return { assetId: asset.id, jobId };
}

async function removeLetter({ deadLetters }: RerunDeps, failed: Asset, logger: Logger) {
  try {
    if (failed.processingJobId) await deadLetters.remove(failed.processingJobId);
  } catch (err) {
    logger.warn({ err }, "A replayed dead letter stays in its queue");
  }
}
