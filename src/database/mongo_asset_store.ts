import { randomBytes } from "node:crypto";
import { type Connection, Types, type UpdateQuery } from "mongoose";
import { type Asset, jobIdOf, type Status, statusesBefore } from "../assets/asset.ts";
import { AssetError } from "../assets/errors.ts";
import type { AssetStore } from "../assets/ports.ts";
import { answered } from "./answered.ts";
import { assetModel, type AssetRecord } from "./asset_model.ts";
import { assetPages } from "./asset_pages.ts";
import { toAsset } from "./asset_record.ts";

/** The assets in MongoDB. Every change is one guarded update: no transactions, so a standalone server serves. */
export function createMongoAssetStore(
  connection: Connection,
): AssetStore & { createIndexes(): Promise<void> } {
  const model = assetModel(connection);

  async function update(
    guard: Record<string, unknown>,
    change: UpdateQuery<AssetRecord>,
  ): Promise<Asset | null> {
    const options = { returnDocument: "after" } as const;
    const seen = { deletedAt: null, ...guard };
    const record = await answered(model.findOneAndUpdate(seen, change, options).lean());
    return record && toAsset(record);
  }

  const become = (
    status: Status,
    guard: Record<string, unknown>,
    { $set, ...change }: UpdateQuery<AssetRecord>,
  ) =>
    update({ $and: [guard, { status: { $in: statusesBefore(status) } }] }, {
      $set: { ...$set, status },
      ...change,
    });

  /** The run that `jobId` names, while it is in processing. */
  const running = (id: string, jobId: string) => ({
    _id: id,
    processingJobId: jobId,
    status: "processing",
  });

  return {
    ...assetPages(model),

    async insertDraft(draft) {
      const _id = new Types.ObjectId();
      const imageName = `${_id.toHexString()}-${randomBytes(16).toString("hex")}`;
      const [document] = await answered(model.create([{ ...draft, _id, imageName }]));
      if (!document) throw new TypeError("MongoDB created no document");
      return toAsset(document.toObject());
    },

    accept: (id, originalUrl) =>
      become("processing", { _id: id, status: "draft" }, {
        $set: {
          run: 1,
          processingJobId: jobIdOf(id, 1),
          "images.original.url": originalUrl,
        },
      }),

    withdraw: (id) =>
      become("draft", { _id: id, run: { $lte: 1 }, aiCalls: 0 }, {
        $set: { run: 0 },
        $unset: { processingJobId: 1, images: 1 },
      }),

    async deleteDraft(id) {
      await answered(model.deleteOne({ _id: id, status: "draft" }));
    },

    claimCall: (id, jobId) =>
      update(running(id, jobId), { $inc: { aiCalls: 1 }, $min: { firstCallAt: new Date() } }),

    releaseCall: (id, jobId) =>
      update({ ...running(id, jobId), aiCalls: { $gt: 0 } }, { $inc: { aiCalls: -1 } }),

    recordAttempt: (id, jobId, attempt) =>
      update(running(id, jobId), { $push: { attempts: attempt } }),

    activate(id, jobId, { processedImageUrl, ...detected }) {
      const settledAt = new Date();
      return become("active", running(id, jobId), {
        $set: {
          settledAt,
          aiMetadata: { ...detected, processedAt: settledAt },
          "images.processed.url": processedImageUrl,
        },
      });
    },

    fail: (id, jobId, failure, cause) =>
      become("failed", running(id, jobId), {
        $set: {
          settledAt: new Date(),
          failure,
          aiMetadata: { error: failure.message },
          deadLetter: { state: "listed", message: cause },
        },
      }),

    rerun: ({ id, run }, { requestId, traceparent }) =>
      become("processing", { _id: id, run, status: "failed" }, {
        $set: {
          run: run + 1,
          aiCalls: 0,
          attempts: [],
          processingJobId: jobIdOf(id, run + 1),
          requestId,
          ...(traceparent && { traceparent }),
        },
        $unset: {
          ...{ settledAt: 1, failure: 1, aiMetadata: 1, deadLetter: 1, firstCallAt: 1 },
          ...(!traceparent && { traceparent: 1 }),
        },
      }),

    // The run keeps its number: the job of that id may still turn up.
    undoRerun: ({ id, ...failed }, newJobId) =>
      become("failed", { ...running(id, newJobId), aiCalls: 0 }, {
        $set: {
          processingJobId: failed.processingJobId,
          attempts: failed.attempts,
          settledAt: failed.settledAt,
          failure: failed.failure,
          aiMetadata: { error: failed.failure?.message },
          deadLetter: failed.deadLetter,
        },
      }),

    async find(id) {
      const seen = { _id: id, deletedAt: null, status: { $ne: "draft" } } as const;
      const record = await answered(model.findOne(seen).lean());
      return record && toAsset(record);
    },

    bury: (id, userId) =>
      update({ _id: id, userId, status: { $ne: "draft" } }, { $set: { deletedAt: new Date() } }),

    async tombstones(limit) {
      const buried = { deletedAt: { $exists: true } };
      const records = await answered(model.find(buried).sort("deletedAt").limit(limit).lean());
      return records.map(toAsset);
    },

    async deleteTombstone(id) {
      await answered(model.deleteOne({ _id: id, deletedAt: { $exists: true } }));
    },

    async ping() {
      if (!connection.db) throw new AssetError("service_unavailable", "MongoDB is not connected");
      await answered(connection.db.admin().ping());
    },

    async createIndexes() {
      // On a large collection it takes its time.
      await answered(model.createIndexes(), Infinity);
    },
  };
}
