import type { Connection, UpdateQuery } from "mongoose";
import type { Asset } from "../assets/asset.ts";
import { AssetError } from "../assets/errors.ts";
import type { AssetStore } from "../assets/ports.ts";
import type { AssetRecord } from "./asset_model.ts";
import { type guardedUpdates, running } from "./guarded_updates.ts";
import { settleTurns } from "./settle_turns.ts";

/** The two ends of a run, each at a settle time later than every earlier one of the same user. */
export function settlements(
  connection: Connection,
  { become, read }: ReturnType<typeof guardedUpdates>,
): Pick<AssetStore, "activate" | "fail"> & { createIndexes(): Promise<unknown> } {
  const turns = settleTurns(connection);

  async function settle(
    status: "active" | "failed",
    run: { id: string; jobId: string; stamp: string },
    changeAt: (settledAt: Date) => UpdateQuery<AssetRecord>,
  ): Promise<Asset | null> {
    const { id, jobId, stamp } = run;
    const underWay = await read(running(id, jobId));
    const settled = underWay && await turns.inTurn(underWay.userId, ({ at, lasts }) => {
      const { $set, ...change } = changeAt(at);
      const guard = { $and: [running(id, jobId), lasts] };
      return become(status, guard, { $set: { ...$set, settledAt: at, stamp }, ...change });
    });
    if (settled) return settled;
    if (await read(running(id, jobId))) {
      throw new AssetError("service_unavailable", "MongoDB took longer than our turn");
    }
    // The answer to an earlier try may have been lost.
    return await read({ _id: id, status, stamp });
  }

  return {
    activate: (id, jobId, { processedImageUrl, ...detected }, stamp) =>
      settle("active", { id, jobId, stamp }, (processedAt) => ({
        $set: {
          aiMetadata: { ...detected, processedAt },
          "images.processed.url": processedImageUrl,
        },
      })),

    fail: (id, jobId, failure, last, stamp) =>
      settle("failed", { id, jobId, stamp }, () => ({
        $set: {
          failure,
          aiMetadata: { error: failure.message },
          deadLetter: { state: "listed", message: last.message },
        },
        $push: { attempts: last },
      })),

    createIndexes: turns.createIndexes,
  };
}
