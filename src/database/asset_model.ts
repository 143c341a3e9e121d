import { type Connection, Schema, type Types } from "mongoose";
import {
  CATEGORIES,
  type Category,
  type DeadLetterNote,
  type Detected,
  type FailedAttempt,
  type Failure,
  type Status,
  STATUSES,
} from "../assets/asset.ts";
import { SCHEMA_OPTIONS } from "./schema_options.ts";

/** One document of the collection `assets`: spec/data-model.md and what our guards need. */
export interface AssetRecord {
  _id: Types.ObjectId;
  userId: Types.ObjectId;
  category: Category;
  status: Status;
  images?: { original?: { url: string }; processed?: { url: string } };
  aiMetadata?: {
    brand?: Detected;
    model?: Detected;
    colorway?: Detected;
    processedAt?: Date;
    error?: string;
  };
  failure?: Failure;
  deadLetter?: DeadLetterNote;
  processingJobId?: string;
  run: number;
  aiCalls: number;
  /** Of the last change that has one: it tells whether that change was ours. */
  stamp?: string;
  firstCallAt?: Date;
  attempts: FailedAttempt[];
  imageName: string;
  /** Somebody was told of it by another request than its own, which may not withdraw it then. */
  isConfirmed?: boolean;
  settledAt?: Date;
  /** Set when its owner deleted it: from then on it is a tombstone. */
  deletedAt?: Date;
  requestId: string;
  traceparent?: string;
  createdAt: Date;
  updatedAt: Date;
}

const image = { url: String };
const detected = { value: String, confidence: Number };

const assetSchema = new Schema<AssetRecord>(
  {
    userId: { type: Schema.Types.ObjectId, required: true, index: true },
    category: { type: String, enum: CATEGORIES, required: true },
    status: { type: String, enum: STATUSES, default: "draft", index: true },
    images: { original: image, processed: image },
    aiMetadata: {
      brand: detected,
      model: detected,
      colorway: detected,
      processedAt: Date,
      error: String,
    },
    failure: { code: String, message: String, retryable: Boolean },
    deadLetter: { state: String, message: String },
    processingJobId: { type: String, index: { sparse: true } },
    run: { type: Number, default: 0 },
    aiCalls: { type: Number, default: 0 },
    stamp: String,
    firstCallAt: Date,
    attempts: [{ _id: false, at: Date, code: String, message: String }],
    imageName: { type: String, required: true },
    isConfirmed: Boolean,
    settledAt: Date,
    deletedAt: { type: Date, index: { sparse: true } },
    requestId: { type: String, required: true },
    traceparent: String,
  },
  {
    collection: "assets",
    timestamps: true,
    ...SCHEMA_OPTIONS,
  },
);

// The orders of the lists, newest first, and of a user's events.
assetSchema.index({ userId: 1, createdAt: -1, _id: -1 });
assetSchema.index({ userId: 1, settledAt: -1 });
assetSchema.index({ settledAt: -1, _id: -1 }, {
  partialFilterExpression: { "deadLetter.state": "listed" },
});
// What the reconciler looks through, in the order of submission.
assetSchema.index({ createdAt: 1, _id: 1 }, { partialFilterExpression: { status: "processing" } });

/** The model of the collection `assets` on that connection. */
export function assetModel(connection: Connection) {
  return connection.model<AssetRecord>("Asset", assetSchema);
}
