import type { Model, UpdateQuery } from "mongoose";
import type { Asset } from "../assets/asset.ts";
import type { DeadLetterStore } from "../assets/dead_letter.ts";
import { answered } from "./answered.ts";
import type { AssetRecord } from "./asset_model.ts";
import { toAsset } from "./asset_record.ts";

type Update = (
  guard: Record<string, unknown>,
  change: UpdateQuery<AssetRecord>,
) => Promise<Asset | null>;

/** The dead letters, which are notes on the assets that failed; `update` is the store's guarded one. */
export function mongoDeadLetters(model: Model<AssetRecord>, update: Update): DeadLetterStore {
  return {
    async findDeadLetters({ reason, olderThan }, limit) {
      const listed: Record<string, unknown> = {
        ...{ deletedAt: null, "deadLetter.state": "listed" },
        ...(reason && { "failure.code": reason }),
        ...(olderThan && { settledAt: { $lt: olderThan } }),
      };
      const query = model.find(listed).sort({ settledAt: 1, _id: 1 }).limit(limit).lean();
      return (await answered(query)).map(toAsset);
    },

    dismissDeadLetter: (id, jobId) =>
      update({
        ...{ _id: id, processingJobId: jobId, status: "failed" },
        "deadLetter.state": "listed",
      }, { $set: { "deadLetter.state": "dismissed" } }),
  };
}
