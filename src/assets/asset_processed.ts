import type { Asset, Detected } from "./asset.ts";

/** The payload of the event `asset_processed` (spec/data-model.md, "Socket Event Payloads"). */
export type AssetProcessed =
  & { readonly event: "asset_processed"; readonly assetId: string; readonly timestamp: string }
  & (
    | {
      readonly status: "active";
      readonly aiMetadata: {
        readonly brand: Detected;
        readonly model: Detected;
        readonly colorway: Detected;
      };
      readonly processedImageUrl: string;
    }
    | { readonly status: "failed"; readonly error: string }
  );

/** The event of a settled asset; throws on one that is not settled. */
export function assetProcessed(asset: Asset): AssetProcessed {
  const { settledAt, analysis, failure } = asset;
  if (settledAt && analysis) {
    const { processedImageUrl, ...aiMetadata } = analysis;
    return { ...head(asset.id, settledAt), status: "active", aiMetadata, processedImageUrl };
  }
  if (settledAt && failure) {
    return { ...head(asset.id, settledAt), status: "failed", error: failure.message };
  }
  throw new TypeError(`Asset ${asset.id} is ${asset.status}: it has no event yet`);
}

function head(assetId: string, settledAt: Date) {
  return { event: "asset_processed", assetId, timestamp: settledAt.toISOString() } as const;
}
