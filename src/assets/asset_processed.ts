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
  const event = "asset_processed";
  const assetId = asset.id;
  const timestamp = settledAt?.toISOString();
  if (timestamp && analysis) {
    const { processedImageUrl, ...aiMetadata } = analysis;
    return { event, assetId, status: "active", aiMetadata, processedImageUrl, timestamp };
  }
  if (timestamp && failure) {
    return { event, assetId, status: "failed", error: failure.message, timestamp };
  }
  throw new TypeError(`Asset ${assetId} is ${asset.status}: it has no event yet`);
}
