import type {
  AssetAnswer,
  BulkReplayAnswer,
  DeadLetterAnswer,
  QueueStatusAnswer,
  SubmittedAnswer,
} from "../../src/contract/answers.ts";

export const REQUEST_ID = "0f7a3c52-6f0e-4a53-9d0e-5f1c2b7a8e11";

const ASSET_ID = "507f1f77bcf86cd799439011";
const USER_ID = "507f191e810c19729de860ea";
const JOB_ID = `asset-${ASSET_ID}-1`;
const CREATED_AT = "2025-12-28T10:29:55.000Z";
const SETTLED_AT = "2025-12-28T10:30:00.000Z";
const ORIGINAL_URL = `https://res.cloudinary.com/demo/image/upload/v1/${ASSET_ID}-8f2d.jpg`;

/** What the examples of all failed runs tell their owner. */
const FAILURE = "The analysis service did not answer. We tried 3 times.";

export const SUBMITTED: SubmittedAnswer = {
  assetId: ASSET_ID,
  jobId: JOB_ID,
  status: "processing",
  message: "Image received. You will be told when its analysis is ready.",
};

export const ACTIVE_ASSET: AssetAnswer = {
  assetId: ASSET_ID,
  userId: USER_ID,
  category: "sneaker",
  status: "active",
  images: {
    original: { url: ORIGINAL_URL },
    processed: { url: "https://res.cloudinary.com/demo/processed.png" },
  },
  aiMetadata: {
    brand: { value: "Nike", confidence: 0.95 },
    model: { value: "Air Jordan 1", confidence: 0.88 },
    colorway: { value: "Chicago", confidence: 0.82 },
    processedAt: SETTLED_AT,
  },
  processingJobId: JOB_ID,
  createdAt: CREATED_AT,
  updatedAt: SETTLED_AT,
};

export const FAILED_ASSET: AssetAnswer = {
  assetId: ASSET_ID,
  userId: USER_ID,
  category: "sneaker",
  status: "failed",
  images: { original: { url: ORIGINAL_URL } },
  aiMetadata: { error: FAILURE },
  failure: { code: "ai_unavailable", message: FAILURE, retryable: true },
  processingJobId: JOB_ID,
  createdAt: CREATED_AT,
  updatedAt: SETTLED_AT,
};

export const QUEUE_STATUS: QueueStatusAnswer = {
  waiting: 12,
  active: 5,
  completed: 1804,
  failed: 3,
  delayed: 1,
  deadLetter: 3,
};

export const DEAD_LETTER: DeadLetterAnswer = {
  jobId: JOB_ID,
  assetId: ASSET_ID,
  userId: USER_ID,
  category: "sneaker",
  reason: "ai_unavailable",
  message: "The AI service answered 503",
  attempts: [
    { at: "2025-12-28T10:29:55.400Z", code: "ai_timeout", message: "No answer in 90000 ms" },
    { at: SETTLED_AT, code: "ai_unavailable", message: "The AI service answered 503" },
  ],
  failedAt: SETTLED_AT,
};

export const BULK_REPLAY: BulkReplayAnswer = { matched: 12, replayed: 12 };
