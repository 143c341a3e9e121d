import { type Model, Types } from "mongoose";
import type { Asset } from "../assets/asset.ts";
import type { AssetFilter, PageRequest } from "../assets/ports.ts";
import { answered } from "./answered.ts";
import type { AssetRecord } from "./asset_model.ts";
import { toAsset } from "./asset_record.ts";

type TimeField = "createdAt" | "settledAt";

/** The lists of assets, newest first, in pages that stay right while others are added and removed. */
export function assetPages(model: Model<AssetRecord>) {
  async function page(
    filters: readonly Record<string, unknown>[],
    time: TimeField,
    { limit, after }: PageRequest,
  ): Promise<Asset[]> {
    const $and = [{ deletedAt: null }, ...filters];
    if (after) {
      const _id = { $lt: new Types.ObjectId(after.id) };
      $and.push({ $or: [{ [time]: { $lt: after.at } }, { [time]: after.at, _id }] });
    }
    const query = model.find({ $and }).sort({ [time]: -1, _id: -1 }).limit(limit).lean();
    return (await answered(query)).map(toAsset);
  }

  return {
    list: ({ userId, status, category }: AssetFilter, request: PageRequest) =>
      page(
        [
          { userId: new Types.ObjectId(userId), status: { $ne: "draft" } },
          ...(status ? [{ status }] : []),
          ...(category ? [{ category }] : []),
        ],
        "createdAt",
        request,
      ),

    listDeadLetters: (request: PageRequest) =>
      page([{ "deadLetter.state": "listed" }], "settledAt", request),
  };
}
