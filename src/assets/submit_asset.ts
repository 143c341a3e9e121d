import { type Asset, type Category, jobIdOf } from "./asset.ts";
import { AssetError } from "./errors.ts";
import type { AssetStore, ImageStore, JobQueue, Logger } from "./ports.ts";

export interface SubmitDeps {
  readonly assets: AssetStore;
  readonly images: ImageStore;
  readonly queue: JobQueue;
}

export interface Submission {
  readonly userId: string;
  readonly category: Category;
  readonly image: Blob;
  /** The media type that the image's bytes show. */
  readonly contentType: string;
  readonly requestId: string;
  readonly traceparent?: string;
}

/**
 * Image -> asset -> queue (FR-005..FR-010). When it returns, the asset is `processing` and its job
 * is queued; when it throws `service_unavailable`, nothing half-made stays.
 */
export async function submitAsset(
  deps: SubmitDeps,
  submission: Submission,
  logger: Logger,
): Promise<{ assetId: string; jobId: string }> {
  const { assets, images, queue } = deps;
  const { image, contentType, ...draftFields } = submission;
  await queue.ping();
  const draft = await assets.insertDraft(draftFields);
  try {
    const { url } = await images.put(image.stream(), { name: draft.imageName, contentType });
    const asset = await assets.accept(draft.id, { originalUrl: url, run: 1 });
    if (!asset) throw new AssetError("service_unavailable", "The draft was swept meanwhile");
    const jobId = jobIdOf(asset.id, asset.run);
    await queue.add(jobId, {
      assetId: asset.id,
      userId: asset.userId,
      imageUrl: url,
      category: asset.category,
      createdAt: asset.createdAt.toISOString(),
    });
    logger.info({ assetId: asset.id, jobId }, "Asset queued");
    return { assetId: asset.id, jobId };
  } catch (error) {
    await undo(deps, draft, logger);
    throw error;
  }
}

async function undo({ assets, images }: SubmitDeps, draft: Asset, logger: Logger): Promise<void> {
  try {
    const isBegun = !await assets.deleteUnaccepted(draft.id) && await assets.find(draft.id);
    if (!isBegun) await images.remove(draft.imageName);
  } catch (error) {
    logger.warn({ assetId: draft.id, err: error }, "A failed submission left something behind");
  }
}
