import type { AssetProcessed } from "../assets/asset_processed.ts";
import { asAssetError } from "../assets/errors.ts";
import type { EventFeed } from "../assets/event_feed.ts";
import type { Logger } from "../assets/ports.ts";
import { assetProcessedEvent } from "../contract/asset_processed_event.ts";

/** One connection of a user. */
export interface Listener {
  /** Everything that settled up to here has been told to it, or is not for it. */
  position: Date;
  tell(event: AssetProcessed): void;
}

export interface DeliveryOptions {
  readonly feed: EventFeed;
  /** The connections that a user has to this process right now. */
  readonly listenersOf: (userId: string) => readonly Listener[];
  readonly logger: Logger;
}

/** How far back a connection is told what it missed (contract, "Event"). */
const REPLAYED_MS = 24 * 3_600_000;
const REPLAYED_EVENTS = 1000;
const PAGE = 100;

/**
 * Tells the connections of this process what settled, each everything once and in order: by its
 * position, from the feed. Whatever tells us that there is something to read may get lost.
 */
export function createDelivery({ feed, listenersOf, logger }: DeliveryOptions) {
  /** Being read for; true when they have to be read for once more. */
  const underWay = new Map<string, boolean>();
  const missed = new Set<string>();
  let horizon: Date | undefined;

  async function catchUp(userId: string): Promise<void> {
    let page: readonly AssetProcessed[];
    do {
      const listeners = listenersOf(userId);
      if (listeners.length === 0) return;
      const from = listeners.map(({ position }) => position).reduce((a, b) => a < b ? a : b);
      page = await feed.later(userId, from, PAGE);
      // Who came meanwhile from further back has to hear first what lies before this page.
      const ready = listenersOf(userId).filter(({ position }) => position >= from);
      for (const event of page) tell(ready, event);
    } while (page.length === PAGE);
  }

  function tell(listeners: readonly Listener[], event: AssetProcessed): void {
    const checked = assetProcessedEvent.safeParse(event);
    const { assetId } = event;
    if (!checked.success) logger.error({ assetId, err: checked.error }, "Event out of contract");
    const at = new Date(event.timestamp);
    for (const listener of listeners.filter(({ position }) => position < at)) {
      listener.position = at;
      if (checked.success) listener.tell(checked.data);
    }
  }

  async function read(userId: string): Promise<void> {
    try {
      do {
        underWay.set(userId, false);
        await catchUp(userId);
      } while (underWay.get(userId));
    } catch (err) {
      missed.add(userId);
      const isAway = asAssetError(err).code === "service_unavailable";
      logger[isAway ? "debug" : "error"]({ userId, err }, "Events not read");
    } finally {
      underWay.delete(userId);
    }
  }

  /** Tells the user's connections what is new; two calls at once read no more than needed. */
  function update(userId: string): void {
    if (listenersOf(userId).length === 0) return;
    if (underWay.has(userId)) underWay.set(userId, true);
    else void read(userId);
  }

  return {
    update,

    /** Where a new connection begins: at what it says it knows, else with what comes from now on. */
    async positionOf(userId: string, since: Date | undefined): Promise<Date> {
      const known = since && later(since, new Date(Date.now() - REPLAYED_MS));
      try {
        const end = await feed.end(userId);
        if (!known || known >= end) return end;
        return await feed.startOf(userId, known, REPLAYED_EVENTS);
      } catch (err) {
        logger.warn({ err }, "A connection begins without knowing where its events end");
        const lastSeen = horizon ?? new Date();
        return known && known < lastSeen ? known : lastSeen;
      }
    },

    /** Looks for what nobody told us of, or what could not be read when somebody did. */
    async sweep(): Promise<void> {
      try {
        const changes = await feed.changes(horizon);
        horizon = changes.horizon;
        const userIds = new Set([...missed, ...changes.userIds]);
        missed.clear();
        userIds.forEach(update);
      } catch (err) {
        logger.debug({ err }, "Events not looked for");
      }
    },
  };
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}
