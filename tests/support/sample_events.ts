import type { AssetProcessed } from "../../src/assets/asset_processed.ts";

const head = { event: "asset_processed", assetId: "507f1f77bcf86cd799439011" } as const;
const timestamp = "2025-12-28T10:30:00.000Z";

/** The events of the data model, to the letter. */
export const SUCCESS = {
  ...head,
  status: "active",
  aiMetadata: {
    brand: { value: "Nike", confidence: 0.95 },
    model: { value: "Air Jordan 1", confidence: 0.88 },
    colorway: { value: "Chicago", confidence: 0.82 },
  },
  processedImageUrl: "https://res.cloudinary.com/demo/processed.png",
  timestamp,
} as const satisfies AssetProcessed;

export const FAILURE = {
  ...head,
  status: "failed",
  error: "AI service unavailable after 3 attempts",
  timestamp,
} as const satisfies AssetProcessed;
