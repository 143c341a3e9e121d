import type { Model, UpdateQuery } from "mongoose";
import { type Asset, type Status, statusesBefore } from "../assets/asset.ts";
import { answered } from "./answered.ts";
import type { AssetRecord } from "./asset_model.ts";
import { toAsset } from "./asset_record.ts";

type Guard = Record<string, unknown>;

/** Changes of one asset, each under a condition; what is deleted is neither changed nor seen. */
export function guardedUpdates(model: Model<AssetRecord>) {
  async function update(guard: Guard, change: UpdateQuery<AssetRecord>): Promise<Asset | null> {
    const options = { returnDocument: "after" } as const;
    const seen = { deletedAt: null, ...guard };
    const record = await answered(model.findOneAndUpdate(seen, change, options).lean());
    return record && toAsset(record);
  }

  async function read(filter: Guard): Promise<Asset | null> {
    const record = await answered(model.findOne({ deletedAt: null, ...filter }).lean());
    return record && toAsset(record);
  }

  return {
    update,
    read,

    /** As `update`, for an asset that may become that. */
    become: (status: Status, guard: Guard, { $set, ...change }: UpdateQuery<AssetRecord>) =>
      update({ $and: [guard, { status: { $in: statusesBefore(status) } }] }, {
        $set: { ...$set, status },
        ...change,
      }),

    /** The change; or what bears its stamp already, when the answer to an earlier try was lost. */
    once: async (change: Promise<Asset | null>, stamped: Guard) =>
      await change ?? await read(stamped),
  };
}

/** The run that `jobId` names, while it is in processing. */
export function running(id: string, jobId: string) {
  return { _id: id, processingJobId: jobId, status: "processing" };
}
