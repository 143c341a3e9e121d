import { z } from "zod";
import type { DeadLetter } from "../assets/dead_letter.ts";
import {
  category,
  detected,
  failureCode,
  jobId,
  objectId,
  readableUrl,
  timestamp,
  visibleStatus,
} from "./fields.ts";
import type { SameShape } from "./same_shape.ts";

const picture = z.strictObject({ url: readableUrl });
const count = z.int().min(0);

/** An asset whose analysis was queued. */
export const submittedAnswer = z.strictObject({
  assetId: objectId,
  jobId,
  status: z.literal("processing"),
  message: z.string(),
}).meta({ id: "Submitted" });
export type SubmittedAnswer = z.input<typeof submittedAnswer>;

const analysis = z.strictObject({
  brand: detected,
  model: detected,
  colorway: detected,
  processedAt: timestamp,
}).meta({ id: "Analysis" });

const analysisError = z.strictObject({
  error: z.string().meta({ description: "The same plain sentence as failure.message" }),
}).meta({ id: "AnalysisError" });

/** An asset as its owner sees it. */
export const assetAnswer = z.strictObject({
  assetId: objectId,
  userId: objectId,
  category,
  status: visibleStatus,
  images: z.strictObject({ original: picture, processed: picture.optional() }),
  aiMetadata: z.union([analysis, analysisError]).optional(),
  failure: z.strictObject({
    code: failureCode,
    message: z.string(),
    retryable: z.boolean().meta({ description: "Whether another run may end better" }),
  }).optional(),
  processingJobId: jobId,
  createdAt: timestamp,
  updatedAt: timestamp,
}).meta({ id: "Asset" });
export type AssetAnswer = z.input<typeof assetAnswer>;

function page<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    items: z.array(item),
    nextCursor: z.string().min(1).nullable().meta({
      description: "For the parameter cursor of the next request; null on the last page",
    }),
  });
}

export const assetPageAnswer = page(assetAnswer).meta({ id: "AssetPage" });
export type AssetPageAnswer = z.input<typeof assetPageAnswer>;

/** How many jobs are in each state, and how many failed runs wait for an operator. */
export const queueStatusAnswer = z.strictObject({
  waiting: count,
  active: count,
  completed: count,
  failed: count,
  delayed: count,
  deadLetter: count,
}).meta({ id: "QueueStatus" });
export type QueueStatusAnswer = z.input<typeof queueStatusAnswer>;

/** A run that ended failed, as an operator sees it. */
export const deadLetterAnswer = z.strictObject({
  jobId,
  assetId: objectId,
  userId: objectId,
  category,
  reason: failureCode,
  message: z.string().meta({ description: "The technical cause; the owner never sees it" }),
  attempts: z.array(z.strictObject({ at: timestamp, code: z.string(), message: z.string() })).meta({
    description: "Those that failed, oldest first",
  }),
  failedAt: timestamp,
}).meta({ id: "DeadLetter" });
export type DeadLetterAnswer = z.input<typeof deadLetterAnswer>;
true satisfies SameShape<DeadLetterAnswer, DeadLetter>;

export const deadLetterPageAnswer = page(deadLetterAnswer).meta({ id: "DeadLetterPage" });
export type DeadLetterPageAnswer = z.input<typeof deadLetterPageAnswer>;

/** What became of a bulk replay. */
export const bulkReplayAnswer = z.strictObject({
  matched: count.meta({
    description: "How many match reason and olderThan, also beyond the limit",
  }),
  replayed: count.meta({
    description:
      "Of how many a new run was queued: the oldest up to the limit, but those that somebody " +
      "else took, or that a service which stopped answering half-way left on the list",
  }),
}).meta({ id: "BulkReplay" });
export type BulkReplayAnswer = z.input<typeof bulkReplayAnswer>;

export const liveAnswer = z.strictObject({ status: z.literal("ok") }).meta({ id: "Live" });
export const readyAnswer = z.strictObject({ status: z.literal("ready") }).meta({ id: "Ready" });
