import type { Asset } from "./asset.ts";
import type { JobData } from "./ports.ts";

/** What the worker is told of an asset in processing; the same for the same asset, in every run. */
export function jobDataOf(asset: Asset): JobData {
  if (!asset.originalUrl) throw new TypeError(`Asset ${asset.id} has no image yet`);
  return {
    assetId: asset.id,
    userId: asset.userId,
    imageUrl: asset.originalUrl,
    category: asset.category,
    createdAt: asset.createdAt.toISOString(),
  };
}
