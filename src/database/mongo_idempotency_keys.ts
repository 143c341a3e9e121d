import { type Connection, Types } from "mongoose";
import type { IdempotencyKeys } from "../assets/idempotency_keys.ts";
import { answered } from "./answered.ts";
import { isDuplicateKey } from "./duplicate_key.ts";
import { idempotencyKeyModel } from "./idempotency_key_model.ts";

const KEPT_MS = 24 * 60 * 60 * 1000;

/** What a submission may wait for MongoDB and Redis, beside its upload. */
const WAITS_MS = 15_000;

/** By the clock of MongoDB: those of several API processes need not agree. */
const fromNow = (milliseconds: number) => ({ $add: ["$$NOW", milliseconds] });

const idOf = (userId: string, key: string) => `${userId} ${key}`;

/**
 * The idempotency keys in MongoDB.
 *
 * @param options.uploadMs how long an upload may take. A key stays with the request that claimed it
 *   for as long as a submission takes at the most; one that is slower still is answered 503.
 */
export function createMongoIdempotencyKeys(
  connection: Connection,
  { uploadMs }: { uploadMs: number },
): IdempotencyKeys & { createIndexes(): Promise<void> } {
  const model = idempotencyKeyModel(connection);

  return {
    async find(userId, key) {
      const isHeld = { $gt: ["$heldUntil", "$$NOW"] };
      const fields = {
        _id: 0,
        assetId: { $toString: "$assetId" },
        digest: 1,
        isAccepted: 1,
        isHeld,
      };
      const found = model.aggregate([{ $match: { _id: idOf(userId, key) } }, { $project: fields }]);
      const [entry] = await answered(found);
      return entry ?? null;
    },

    async claim({ userId, key, digest }, draftId, insteadOf) {
      const earlier = new Types.ObjectId(insteadOf ?? draftId);
      const entry = {
        assetId: new Types.ObjectId(draftId),
        digest,
        isAccepted: false,
        heldUntil: fromNow(uploadMs + WAITS_MS),
        expiresAt: fromNow(KEPT_MS),
      };
      const claiming = model.updateOne(
        { _id: idOf(userId, key), assetId: earlier, isAccepted: { $ne: true } },
        [{ $set: entry }],
        { upsert: !insteadOf, updatePipeline: true },
      );
      try {
        const { matchedCount, upsertedCount } = await answered(claiming);
        return matchedCount + upsertedCount === 1;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },

    async markAccepted(assetId) {
      await answered(model.updateOne({ assetId }, { $set: { isAccepted: true } }));
    },

    async release(assetId) {
      await answered(model.deleteOne({ assetId, isAccepted: false }));
    },

    async createIndexes() {
      await answered(model.createIndexes(), Infinity);
    },
  };
}
