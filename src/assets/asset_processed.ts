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
  const { id: assetId, settledAt, analysis, failure } = asset;
  if (settledAt && analysis) {
    const { processedImageUrl, ...aiMetadata } = analysis;
    const found = { status: "active", aiMetadata, processedImageUrl } as const;
    return { event: "asset_processed", assetId, ...found, timestamp: settledAt.toISOString() };
  }
  if (settledAt && failure) return failedEvent({ assetId, ...failure, at: settledAt });
  throw new TypeError(`Asset ${assetId} is ${asset.status}: it has no event yet`);
}

/** The event of a failure at that time, in words for the owner. */
export function failedEvent(
  { assetId, message, at }: { assetId: string; message: string; at: Date },
): AssetProcessed {
  const failed = { status: "failed", error: message, timestamp: at.toISOString() } as const;
  return { event: "asset_processed", assetId, ...failed };
}
