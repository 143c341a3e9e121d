import type { Model } from "mongoose";
import type { AssetStore } from "../assets/ports.ts";
import { answered } from "./answered.ts";
import type { AssetRecord } from "./asset_model.ts";
import type { guardedUpdates } from "./guarded_updates.ts";

/** What ends the doubt about a submission whose own request does not tell how it ended. */
export function submissionOutcomes(
  model: Model<AssetRecord>,
  { update }: ReturnType<typeof guardedUpdates>,
): Pick<AssetStore, "buryDraft" | "confirm"> {
  return {
    buryDraft: (id) => update({ _id: id, status: "draft" }, { $set: { deletedAt: new Date() } }),

    async confirm(id) {
      const change = { $set: { isConfirmed: true } };
      // Nothing of it is for its owner to see.
      const confirming = model.updateOne({ _id: id, status: { $ne: "draft" } }, change, {
        timestamps: false,
      });
      return (await answered(confirming)).matchedCount === 1;
    },
  };
}
