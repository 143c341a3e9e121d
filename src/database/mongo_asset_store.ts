import { randomBytes } from "node:crypto";
import { type Connection, Types, type UpdateQuery } from "mongoose";
import { type Asset, jobIdOf, type Status, statusesBefore } from "../assets/asset.ts";
import { AssetError } from "../assets/errors.ts";
import type { AssetStore } from "../assets/ports.ts";
import { answered } from "./answered.ts";
import { assetModel, type AssetRecord } from "./asset_model.ts";
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
    const record = await answered(model.findOneAndUpdate(guard, change, options).lean());
    return record && toAsset(record);
  }

  const become = (
    status: Status,
    guard: Record<string, unknown>,
    fields: UpdateQuery<AssetRecord>,
  ) =>
    update({ ...guard, status: { $in: statusesBefore(status) } }, { $set: { ...fields, status } });

  return {
    async insertDraft(draft) {
      const _id = new Types.ObjectId();
      const imageName = `${_id.toHexString()}-${randomBytes(16).toString("hex")}`;
      const [document] = await answered(model.create([{ ...draft, _id, imageName }]));
      if (!document) throw new TypeError("MongoDB created no document");
      return toAsset(document.toObject());
    },

    accept: (id, { originalUrl, run }) =>
      become("processing", { _id: id, run: run - 1 }, {
        run,
        aiCalls: 0,
        processingJobId: jobIdOf(id, run),
        "images.original.url": originalUrl,
      }),

    withdraw: (id) =>
      update(
        { _id: id, status: { $in: statusesBefore("draft") }, run: { $lte: 1 }, aiCalls: 0 },
        { $set: { status: "draft", run: 0 }, $unset: { processingJobId: 1, images: 1 } },
      ),

    async deleteDraft(id) {
      await answered(model.deleteOne({ _id: id, status: "draft" }));
    },

    claimCall: (id, jobId) =>
      update({ _id: id, processingJobId: jobId, status: "processing" }, { $inc: { aiCalls: 1 } }),

    activate(id, jobId, { processedImageUrl, ...detected }) {
      const settledAt = new Date();
      return become("active", { _id: id, processingJobId: jobId }, {
        settledAt,
        aiMetadata: { ...detected, processedAt: settledAt },
        "images.processed.url": processedImageUrl,
      });
    },

    fail: (id, jobId, failure) =>
      become("failed", { _id: id, processingJobId: jobId }, {
        settledAt: new Date(),
        failure,
        aiMetadata: { error: failure.message },
      }),

    async find(id) {
      const record = await answered(model.findOne({ _id: id, status: { $ne: "draft" } }).lean());
      return record && toAsset(record);
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
