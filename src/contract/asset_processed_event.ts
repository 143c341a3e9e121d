import { z } from "zod";
import type { AssetProcessed } from "../assets/asset_processed.ts";
import { detected, objectId, readableUrl, timestamp } from "./fields.ts";
import type { SameShape } from "./same_shape.ts";

const successEvent = z.strictObject({
  event: z.literal("asset_processed"),
  assetId: objectId,
  status: z.literal("active"),
  aiMetadata: z.strictObject({ brand: detected, model: detected, colorway: detected }),
  processedImageUrl: readableUrl,
  timestamp,
}).meta({ id: "SuccessEvent" });

const failureEvent = z.strictObject({
  event: z.literal("asset_processed"),
  assetId: objectId,
  status: z.literal("failed"),
  error: z.string().meta({ description: "A plain sentence for the asset's owner" }),
  timestamp,
}).meta({ id: "FailureEvent" });

/** The payload of `asset_processed`, to the letter (spec/data-model.md, "Socket Event Payloads"). */
export const assetProcessedEvent = z.discriminatedUnion("status", [successEvent, failureEvent]);

true satisfies SameShape<z.output<typeof assetProcessedEvent>, AssetProcessed>;
