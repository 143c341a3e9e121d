import { type Connection, Types } from "mongoose";
import { type Asset, jobIdOf } from "../assets/asset.ts";
import type { UnfinishedAssets } from "../assets/reconcile_ports.ts";
import { answered } from "./answered.ts";
import { assetModel, type AssetRecord } from "./asset_model.ts";
import { toAsset } from "./asset_record.ts";
import { guardedUpdates, running } from "./guarded_updates.ts";

const LISTED = { "deadLetter.state": "listed", deletedAt: null } as const;

/** What the reconciler looks for in the collection `assets`, and its own guarded updates. */
export function createMongoUnfinished(connection: Connection): UnfinishedAssets {
  const model = assetModel(connection);

  const { update } = guardedUpdates(model);

  const toAssets = async (query: PromiseLike<AssetRecord[]>): Promise<Asset[]> =>
    (await answered(query)).map(toAsset);

  return {
    unfinished({ limit, after, changedBefore }) {
      const $and: Record<string, unknown>[] = [{ status: "processing", deletedAt: null }];
      if (changedBefore) {
        // What was created later changed later too: the index ends there.
        $and.push({ createdAt: { $lt: changedBefore }, updatedAt: { $lt: changedBefore } });
      }
      if (after) {
        const _id = { $gt: new Types.ObjectId(after.id) };
        $and.push({ createdAt: { $gte: after.at } });
        $and.push({ $or: [{ createdAt: { $gt: after.at } }, { createdAt: after.at, _id }] });
      }
      return toAssets(model.find({ $and }).sort({ createdAt: 1, _id: 1 }).limit(limit).lean());
    },

    renew: ({ id, run }) =>
      update(running(id, jobIdOf(id, run)), {
        $set: { run: run + 1, processingJobId: jobIdOf(id, run + 1), aiCalls: 0, attempts: [] },
        $unset: { firstCallAt: 1, stamp: 1 },
      }),

    drafts: (createdBefore, limit) =>
      toAssets(
        model.find({ status: "draft", deletedAt: null, createdAt: { $lt: createdBefore } })
          .limit(limit).lean(),
      ),

    async listedAmong(jobIds) {
      const found = model.find({ processingJobId: { $in: [...jobIds] }, ...LISTED })
        .select({ processingJobId: 1 }).lean<Pick<AssetRecord, "processingJobId">[]>();
      return (await answered(found)).flatMap(({ processingJobId = [] }) => processingJobId);
    },
  };
}
