import { type Asset, jobIdOf } from "./asset.ts";
import { AssetError } from "./errors.ts";
import type { IdempotencyKeys } from "./idempotency_keys.ts";
import type { Actor, AssetStore, DeadLetterQueue, ImageStore, JobQueue, Logger } from "./ports.ts";

export interface PurgeDeps {
  readonly assets: AssetStore;
  readonly images: ImageStore;
  readonly queue: JobQueue;
  readonly deadLetters: DeadLetterQueue;
  readonly idempotencyKeys: IdempotencyKeys;
}

/** For one call to the image store; it has its own, longer bound for uploads. */
const REMOVE_MS = 5000;

/**
 * The owner's asset is gone, for everybody and at once; what belongs to it may still have to be
 * purged. Throws `not_found`.
 */
export async function deleteAsset(
  { assets }: Pick<PurgeDeps, "assets">,
  actor: Actor,
  id: string,
): Promise<Asset> {
  const buried = await assets.bury(id, actor.userId);
  if (!buried) throw new AssetError("not_found", `User ${actor.userId} has no asset ${id}`);
  return buried;
}

/**
 * Removes everything that belongs to a deleted asset: jobs, dead letters, image, document. Returns
 * false, with the document left to find the rest by, while a worker still has the job. May be
 * repeated, and done by several processes at once.
 */
export async function purgeAsset(deps: PurgeDeps, asset: Asset): Promise<boolean> {
  const { assets, images, queue, deadLetters, idempotencyKeys } = deps;
  const { id, run, imageName } = asset;
  for (let past = 1; past <= run; past++) {
    const jobId = jobIdOf(id, past);
    if (!await queue.remove(jobId)) return false;
    await deadLetters.remove(jobId);
  }
  await images.remove(imageName, AbortSignal.timeout(REMOVE_MS));
  // So far the document alone may tell that it was accepted.
  if (asset.status !== "draft") await idempotencyKeys.markAccepted(id);
  await assets.deleteTombstone(id);
  return true;
}

/** As `purgeAsset`; what it could not remove is logged and left for the next time. */
export async function tryToPurge(deps: PurgeDeps, asset: Asset, logger: Logger): Promise<void> {
  try {
    if (await purgeAsset(deps, asset)) logger.info({}, "Deleted asset purged");
  } catch (err) {
    logger.warn({ err }, "Deleted asset not purged yet");
  }
}
