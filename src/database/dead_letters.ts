import type { Model } from "mongoose";
import type { DeadLetterFilter, DeadLetterStore } from "../assets/dead_letter.ts";
import { answered } from "./answered.ts";
import type { AssetRecord } from "./asset_model.ts";
import { toAsset } from "./asset_record.ts";
import type { guardedUpdates } from "./guarded_updates.ts";

/** The dead letters, which are notes on the assets that failed. */
export function deadLetters(
  model: Model<AssetRecord>,
  { update }: ReturnType<typeof guardedUpdates>,
): DeadLetterStore {
  const listed = ({ reason, olderThan }: DeadLetterFilter): Record<string, unknown> => ({
    ...{ deletedAt: null, "deadLetter.state": "listed" },
    ...(reason && { "failure.code": reason }),
    // Asked for in any case: without its first field the partial index is not used.
    settledAt: olderThan ? { $lt: olderThan } : { $gte: new Date(0) },
  });

  return {
    async findDeadLetters(filter, limit) {
      const query = model.find(listed(filter)).sort({ settledAt: 1, _id: 1 }).limit(limit).lean();
      return (await answered(query)).map(toAsset);
    },

    countDeadLetters: (filter) => answered(model.countDocuments(listed(filter))),

    dismissDeadLetter: (id, jobId) =>
      update({
        ...{ _id: id, processingJobId: jobId, status: "failed" },
        "deadLetter.state": "listed",
      }, { $set: { "deadLetter.state": "dismissed" } }),
  };
}
