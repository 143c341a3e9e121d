import type { Asset } from "../assets/asset.ts";

/** The asset as its owner sees it (contract, `GET /api/assets/{id}`): nothing inner shows. */
export function presentAsset(asset: Asset) {
  return {
    assetId: asset.id,
    userId: asset.userId,
    category: asset.category,
    status: asset.status,
    images: {
      original: { url: asset.originalUrl },
      ...(asset.analysis && { processed: { url: asset.analysis.processedImageUrl } }),
    },
    ...presentOutcome(asset),
    processingJobId: asset.processingJobId,
    createdAt: asset.createdAt.toISOString(),
    updatedAt: asset.updatedAt.toISOString(),
  };
}

function presentOutcome({ analysis, failure, settledAt }: Asset) {
  if (analysis) {
    const { brand, model, colorway } = analysis;
    return { aiMetadata: { brand, model, colorway, processedAt: settledAt?.toISOString() } };
  }
  return failure ? { aiMetadata: { error: failure.message }, failure } : {};
}
