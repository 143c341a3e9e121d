import { type Connection, Types } from "mongoose";
import { type AssetProcessed, assetProcessed, failedEvent } from "../assets/asset_processed.ts";
import { AssetError } from "../assets/errors.ts";
import type { EventFeed } from "../assets/event_feed.ts";
import { answered } from "./answered.ts";
import { assetModel } from "./asset_model.ts";
import { toAsset } from "./asset_record.ts";
import { type PastFailure, pastFailureModel } from "./past_failures.ts";
import { feedModel, TURN_MS } from "./settle_turns.ts";

/** An event that a horizon has not seen was settled in a turn that began before it, so lasted no longer. */
const OVERLAP_MS = 2 * TURN_MS;

/** The events of settled assets, read from the assets themselves. */
export function createMongoEventFeed(connection: Connection): EventFeed {
  const assets = assetModel(connection);
  const failures = pastFailureModel(connection);
  const feeds = feedModel(connection);

  async function now(): Promise<Date> {
    if (!connection.db) throw new AssetError("service_unavailable", "MongoDB is not connected");
    return (await answered(connection.db.admin().command({ hello: 1 })))["localTime"];
  }

  /** The settle times of the newest events, newest first. */
  async function times(userId: Types.ObjectId, after: Date, limit: number): Promise<Date[]> {
    // In this order: an asset that is given another run leaves its failure behind first.
    const settled = await answered(
      assets.find({ userId, deletedAt: null, settledAt: { $gt: after } }, { settledAt: 1 })
        .sort({ settledAt: -1 }).limit(limit).lean(),
    );
    const past = await answered(
      failures.find({ userId, at: { $gt: after } }, { at: 1 }).sort({ at: -1 }).limit(limit).lean(),
    );
    const all = [...settled.map(({ settledAt }) => settledAt), ...past.map(({ at }) => at)];
    const distinct = new Set(all.map((at) => at?.getTime() ?? 0));
    return [...distinct].sort((a, b) => b - a).slice(0, limit).map((at) => new Date(at));
  }

  async function settledLater(userId: Types.ObjectId, after: Date, limit: number) {
    const records = await answered(
      assets.find({ userId, deletedAt: null, settledAt: { $gt: after } }).sort({ settledAt: 1 })
        .limit(limit).lean(),
    );
    return records.map(toAsset).map(assetProcessed);
  }

  /** Of assets that were not deleted since. */
  async function failedLater(userId: Types.ObjectId, after: Date, limit: number) {
    const past = await answered(failures.aggregate<PastFailure>([
      { $match: { userId, at: { $gt: after } } },
      { $sort: { at: 1 } },
      {
        $lookup: {
          ...{ from: assets.collection.name, localField: "assetId", foreignField: "_id" },
          ...{ pipeline: [{ $match: { deletedAt: null } }, { $project: { _id: 1 } }], as: "alive" },
        },
      },
      { $match: { alive: { $ne: [] } } },
      { $limit: limit },
    ]));
    return past.map(({ assetId, at, message }) =>
      failedEvent({ assetId: assetId.toHexString(), message, at })
    );
  }

  /** Nothing was settled in a turn yet; what was before there were turns has the time of another clock. */
  async function endWithoutFeed(userId: Types.ObjectId, noticed: Date): Promise<Date> {
    const [newest = noticed] = await times(userId, justBefore(noticed), 1);
    return newest > noticed ? newest : justBefore(noticed);
  }

  return {
    async end(userId) {
      const _id = new Types.ObjectId(userId);
      const noticed = await now();
      const feed = await answered(feeds.findById(_id).lean());
      if (!feed) return await endWithoutFeed(_id, noticed);
      const isOver = !feed.expiresAt || feed.expiresAt <= noticed;
      const isSettled = isOver ||
        await answered(assets.exists({ userId: _id, settledAt: feed.at })) !== null;
      // The turn that lasts may still settle something at its time.
      return isSettled ? feed.at : justBefore(feed.at);
    },

    async startOf(userId, since, limit) {
      const newest = await times(new Types.ObjectId(userId), since, limit + 1);
      return newest.at(limit) ?? since;
    },

    async later(userId, after, limit) {
      const _id = new Types.ObjectId(userId);
      // In this order, as in `times`.
      const settled = await settledLater(_id, after, limit);
      const failed = await failedLater(_id, after, limit);
      const byTime = new Map<string, AssetProcessed>();
      for (const event of [...failed, ...settled]) byTime.set(event.timestamp, event);
      return [...byTime.values()].sort((a, b) => a.timestamp < b.timestamp ? -1 : 1)
        .slice(0, limit);
    },

    async changes(horizon) {
      const next = await now();
      if (!horizon) return { userIds: [], horizon: next };
      const from = new Date(horizon.getTime() - OVERLAP_MS);
      const changed = await answered(feeds.find({ at: { $gt: from } }, { _id: 1 }).lean());
      return { userIds: changed.map(({ _id }) => _id.toHexString()), horizon: next };
    },
  };
}

function justBefore(time: Date): Date {
  return new Date(time.getTime() - 1);
}
