import type { Asset } from "../assets/asset.ts";
import type { Page } from "../assets/read_assets.ts";
import type { AssetAnswer } from "../contract/answers.ts";
import { encodeCursor } from "../contract/cursor.ts";

/** The asset as its owner sees it (contract, `GET /api/assets/{id}`): nothing inner shows. */
export function presentAsset(asset: Asset): AssetAnswer {
  const { status, originalUrl, processingJobId } = asset;
  if (status === "draft" || !originalUrl || !processingJobId) {
    throw new TypeError(`Asset ${asset.id} is ${status}: it cannot be seen yet`);
  }
  return {
    assetId: asset.id,
    userId: asset.userId,
    category: asset.category,
    status,
    images: {
      original: { url: originalUrl },
      ...(asset.analysis && { processed: { url: asset.analysis.processedImageUrl } }),
    },
    ...presentOutcome(asset),
    processingJobId,
    createdAt: asset.createdAt.toISOString(),
    updatedAt: asset.updatedAt.toISOString(),
  };
}

/** A part of a list with the cursor by which it goes on. */
export function presentPage<Item, Shown>(
  { items, next }: Page<Item>,
  present: (item: Item) => Shown,
): { items: Shown[]; nextCursor: string | null } {
  return { items: items.map(present), nextCursor: next && encodeCursor(next) };
}

function presentOutcome(
  { analysis, failure, settledAt }: Asset,
): Pick<AssetAnswer, "aiMetadata" | "failure"> {
  if (analysis && settledAt) {
    const { brand, model, colorway } = analysis;
    return { aiMetadata: { brand, model, colorway, processedAt: settledAt.toISOString() } };
  }
  return failure ? { aiMetadata: { error: failure.message }, failure } : {};
}
