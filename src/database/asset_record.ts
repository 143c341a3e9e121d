import type { Analysis, Asset } from "../assets/asset.ts";
import type { AssetRecord } from "./asset_model.ts";

/** The stored document as the core knows it: ids as text, one analysis or none. */
export function toAsset(record: AssetRecord): Asset {
  const { images, failure, deadLetter, settledAt, firstCallAt, processingJobId, traceparent } =
    record;
  const analysis = toAnalysis(record);
  return {
    id: record._id.toHexString(),
    userId: record.userId.toHexString(),
    category: record.category,
    status: record.status,
    run: record.run,
    aiCalls: record.aiCalls,
    attempts: record.attempts,
    imageName: record.imageName,
    requestId: record.requestId,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    ...(images?.original && { originalUrl: images.original.url }),
    ...(analysis && { analysis }),
    ...(firstCallAt && { firstCallAt }),
    ...(failure && { failure }),
    ...(deadLetter && { deadLetter }),
    ...(settledAt && { settledAt }),
    ...(processingJobId && { processingJobId }),
    ...(traceparent && { traceparent }),
  };
}

function toAnalysis({ aiMetadata, images }: AssetRecord): Analysis | undefined {
  const { brand, model, colorway } = aiMetadata ?? {};
  const processedImageUrl = images?.processed?.url;
  if (!brand || !model || !colorway || !processedImageUrl) return undefined;
  return { brand, model, colorway, processedImageUrl };
}
