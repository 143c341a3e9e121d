import { type Connection, Schema, Types } from "mongoose";
import type { Asset } from "../assets/asset.ts";
import { answered } from "./answered.ts";
import { ignoreDuplicateKey } from "./duplicate_key.ts";
import { SCHEMA_OPTIONS } from "./schema_options.ts";

/** A failure whose asset was given another run: what is left of it is its event. */
export interface PastFailure {
  /** The job of the run that failed. */
  _id: string;
  userId: Types.ObjectId;
  assetId: Types.ObjectId;
  at: Date;
  message: string;
}

/** Longer than any event is told again (contract, "Event": 24 h). */
const KEPT_SECONDS = 2 * 86_400;

const pastFailureSchema = new Schema<PastFailure>(
  {
    _id: String,
    userId: { type: Schema.Types.ObjectId, required: true },
    assetId: { type: Schema.Types.ObjectId, required: true },
    at: { type: Date, required: true, expires: KEPT_SECONDS },
    message: { type: String, required: true },
  },
  {
    collection: "past_failures",
    ...SCHEMA_OPTIONS,
  },
);

pastFailureSchema.index({ userId: 1, at: 1 });

/** The model of the collection `past_failures` on that connection. */
export function pastFailureModel(connection: Connection) {
  return connection.model<PastFailure>("PastFailure", pastFailureSchema);
}

/** The events of failures that their assets do not tell any more. */
export function pastFailures(connection: Connection) {
  const model = pastFailureModel(connection);
  return {
    /** Before the asset forgets it, by everybody who tries to give it another run. */
    async keep(failed: Asset): Promise<void> {
      const { id, userId, processingJobId: _id, settledAt: at, failure } = failed;
      if (!_id || !at || !failure) return;
      const { message } = failure;
      const [assetId, owner] = [new Types.ObjectId(id), new Types.ObjectId(userId)];
      const change = { $setOnInsert: { userId: owner, assetId, at, message } };
      await answered(model.updateOne({ _id }, change, { upsert: true })).catch(ignoreDuplicateKey);
    },

    createIndexes: () => model.createIndexes(),
  };
}
