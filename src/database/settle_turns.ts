import { setTimeout as pause } from "node:timers/promises";
import { type Connection, Schema, Types } from "mongoose";
import { AssetError } from "../assets/errors.ts";
import { answered } from "./answered.ts";
import { ignoreDuplicateKey } from "./duplicate_key.ts";
import { SCHEMA_OPTIONS } from "./schema_options.ts";

/** One document of the collection `feeds`: the last settle time that a user's assets were given. */
export interface FeedRecord {
  _id: Types.ObjectId;
  at: Date;
  /** Who settles an asset of this user at that time, and until when that is nobody else's turn. */
  holder?: string;
  expiresAt?: Date;
}

const feedSchema = new Schema<FeedRecord>(
  { at: { type: Date, index: true }, holder: String, expiresAt: Date },
  {
    collection: "feeds",
    ...SCHEMA_OPTIONS,
    // What is journaled later, the settled asset, takes the turn before it along.
    writeConcern: { w: 1 },
  },
);

/** A turn that its holder does not give back, because he died, is over after this. */
export const TURN_MS = 5000;
/** For the turns of others. */
const WAIT_MS = 4000;
const PAUSE_MS = 15;

export interface Turn {
  /** The settle time, later than every earlier one of that user; by the server's clock. */
  readonly at: Date;
  /** Matches until the turn is over: the condition on which an asset may be settled at `at`. */
  readonly lasts: Record<string, unknown>;
}

/** The model of the collection `feeds` on that connection. */
export function feedModel(connection: Connection) {
  return connection.model<FeedRecord>("Feed", feedSchema);
}

/**
 * Whose turn it is to settle an asset of a user: one at a time, so that nothing is settled behind
 * a time that somebody has read up to.
 */
export function settleTurns(connection: Connection, { turnMs = TURN_MS } = {}) {
  const feeds = feedModel(connection);

  /** Takes the turn unless it is another's; all by the server's clock. */
  async function tryToTake(userId: string, holder: string): Promise<Turn | undefined> {
    const isTaken = {
      $and: [{ $gt: ["$expiresAt", "$$NOW"] }, { $ne: ["$holder", holder] }],
    };
    const unlessTaken = (field: string, value: unknown) => ({
      [field]: { $cond: [isTaken, `$${field}`, value] },
    });
    const take = {
      ...unlessTaken("at", { $max: ["$$NOW", { $add: ["$at", 1] }] }),
      ...unlessTaken("holder", holder),
      ...unlessTaken("expiresAt", { $add: ["$$NOW", turnMs] }),
    };
    const feed = await answered(
      feeds.findOneAndUpdate({ _id: new Types.ObjectId(userId) }, [{ $set: take }], {
        upsert: true,
        updatePipeline: true,
        returnDocument: "after",
      }).lean(),
    );
    if (feed?.holder !== holder) return undefined;
    return { at: feed.at, lasts: { $expr: { $lt: ["$$NOW", feed.expiresAt] } } };
  }

  async function take(userId: string, holder: string): Promise<Turn> {
    const deadline = performance.now() + WAIT_MS;
    do {
      const turn = await tryToTake(userId, holder).catch(ignoreDuplicateKey);
      if (turn) return turn;
      await pause(PAUSE_MS * (0.5 + Math.random()));
    } while (performance.now() < deadline);
    throw new AssetError("service_unavailable", `It was never our turn for user ${userId}`);
  }

  /** For those of this process: they would only ask MongoDB over and over which of them it is. */
  const queues = new Map<string, Promise<void>>();

  async function afterOthers<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const ahead = queues.get(userId) ?? Promise.resolve();
    const { promise: isOver, resolve: leave } = Promise.withResolvers<void>();
    const all = ahead.then(() => isOver);
    queues.set(userId, all);
    try {
      await answered(ahead, WAIT_MS);
      return await work();
    } finally {
      leave();
      if (queues.get(userId) === all) queues.delete(userId);
    }
  }

  async function holdTurn<T>(userId: string, settle: (turn: Turn) => Promise<T>): Promise<T> {
    const holder = crypto.randomUUID();
    const turn = await take(userId, holder);
    // When this throws, MongoDB may still come to it: then the turn has to run out by itself.
    const settled = await settle(turn);
    const release = feeds.updateOne(
      { _id: new Types.ObjectId(userId), holder },
      { $unset: { holder: 1, expiresAt: 1 } },
    );
    await answered(release).catch(() => {});
    return settled;
  }

  return {
    /** Settles in the user's turn; throws `service_unavailable` when it does not come. */
    inTurn: <T>(userId: string, settle: (turn: Turn) => Promise<T>): Promise<T> =>
      afterOthers(userId, () => holdTurn(userId, settle)),

    createIndexes: () => feeds.createIndexes(),
  };
}
