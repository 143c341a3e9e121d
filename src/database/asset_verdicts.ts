import type { Model } from "mongoose";
import type { AssetStore } from "../assets/ports.ts";
import { answered } from "./answered.ts";
import type { AssetRecord } from "./asset_model.ts";

/** What ends the doubt about a submission whose own request does not tell how it ended. */
export function assetVerdicts(
  model: Model<AssetRecord>,
): Pick<AssetStore, "buryDraft" | "confirm"> {
  return {
    async buryDraft(id) {
      const change = { $set: { deletedAt: new Date() } };
      await answered(model.updateOne({ _id: id, status: "draft", deletedAt: null }, change));
    },

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
