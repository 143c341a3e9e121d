import assert from "node:assert/strict";
import { type AssetProcessed, failedEvent } from "../../src/assets/asset_processed.ts";
import type { EventFeed } from "../../src/assets/event_feed.ts";
import { createDelivery } from "../../src/events/delivery.ts";
import { unavailable } from "../support/memory_ports.ts";
import { recordLogs } from "../support/recorded_logs.ts";
import { newUserId } from "../support/tokens.ts";
import { until } from "../support/until.ts";

const USER = newUserId();
const HOUR = 3_600_000;
const time = (ms: number) => new Date(ms);

/** A feed in memory, and connections that write down what they are told. */
function stage() {
  const events: AssetProcessed[] = [];
  const heard = new Map<string, number[]>();
  const listeners = new Map<string, { position: Date; tell(event: AssetProcessed): void }>();
  const reads: number[] = [];
  const at = (event: AssetProcessed) => Date.parse(event.timestamp);
  const feed: EventFeed = {
    end: () => Promise.resolve(time(Math.max(0, ...events.map(at)))),
    startOf: (_, since, limit) =>
      Promise.resolve(time(Math.max(since.getTime(), events.map(at).toReversed()[limit] ?? 0))),
    later(_, after, limit) {
      reads.push(after.getTime());
      return Promise.resolve(events.filter((event) => at(event) > after.getTime()).slice(0, limit));
    },
    changes: () => Promise.resolve({ userIds: [], horizon: time(0) }),
  };
  const { logger, lines } = recordLogs();
  const listenersOf = (userId: string) => userId === USER ? [...listeners.values()] : [];
  return {
    ...{ feed, events, heard, listeners, reads, lines },
    ...createDelivery({ feed, listenersOf, logger }),
    settle(...times: number[]) {
      const failed = (ms: number) =>
        failedEvent({ assetId: newUserId(), message: "No.", at: time(ms) });
      events.push(...times.map(failed));
    },
    enter(name: string, position: number) {
      heard.set(name, []);
      const tell = (event: AssetProcessed) => heard.get(name)?.push(at(event));
      listeners.set(name, { position: time(position), tell });
    },
  };
}

Deno.test("each connection hears everything behind its position once, oldest first", async () => {
  const { enter, settle, update, heard } = stage();
  settle(1, 2, 3);
  enter("from the start", 0);
  enter("from the middle", 2);
  update(USER);
  await until("both to have heard", () => heard.get("from the start")?.length);
  update(USER);
  settle(4);
  update(USER);
  await until("the last", () => heard.get("from the middle")?.includes(4));
  assert.deepEqual([...heard.values()], [[1, 2, 3, 4], [3, 4]]);
});

Deno.test("who comes while a page is read, from further back, misses nothing and hears nothing twice", async () => {
  const { enter, settle, update, heard, feed } = stage();
  settle(1, 2, 3);
  enter("first", 2);
  const { later } = feed;
  feed.later = async (...args) => {
    const page = await later(...args);
    if (!heard.has("second")) {
      enter("second", 0);
      update(USER);
    }
    return page;
  };
  update(USER);
  await until("both", () => heard.get("second")?.includes(3) && heard.get("first")?.length);
  assert.deepEqual([...heard.values()], [[3], [1, 2, 3]]);
});

Deno.test("a long way back is read page by page", async () => {
  const { enter, settle, update, heard, reads } = stage();
  const all = Array.from({ length: 250 }, (_, nth) => nth + 1);
  settle(...all);
  enter("device", 0);
  update(USER);
  await until("all", () => heard.get("device")?.length === all.length);
  assert.deepEqual(heard.get("device"), all);
  assert.deepEqual(reads, [0, 100, 200]);
});

Deno.test("many updates at once are read for at most twice; of users who are not here, never", async () => {
  const { enter, settle, update, heard, reads } = stage();
  enter("device", 0);
  settle(1);
  for (let i = 0; i < 50; i++) update(USER);
  update(newUserId());
  await until("it", () => heard.get("device")?.length && reads.length === 2);
  assert.deepEqual(heard.get("device"), [1]);
});

Deno.test("what could not be read while MongoDB was away comes with the next sweep", async () => {
  const { enter, settle, update, sweep, heard, feed, lines } = stage();
  const { later, changes } = feed;
  enter("device", 0);
  settle(1);
  feed.later = async () => await unavailable();
  feed.changes = async () => await unavailable();
  update(USER);
  await until("it to fail", () => lines.length);
  await sweep();
  Object.assign(feed, { later, changes });
  await sweep();
  await until("it", () => heard.get("device")?.length);
});

Deno.test("a sweep looks from where the last one ended, and tells who has changed", async () => {
  const { enter, settle, sweep, heard, feed } = stage();
  const horizons: (number | undefined)[] = [];
  feed.changes = (horizon) => {
    horizons.push(horizon?.getTime());
    return Promise.resolve({ userIds: [USER], horizon: time(horizons.length) });
  };
  enter("device", 0);
  settle(1);
  await sweep();
  await sweep();
  await until("it", () => heard.get("device")?.length);
  assert.deepEqual(horizons, [undefined, 1]);
  assert.deepEqual(heard.get("device"), [1]);
});

Deno.test("T031 T032 an event out of contract is not told, and holds up no other", async () => {
  const { enter, events, settle, update, heard, lines } = stage();
  enter("device", 0);
  settle(1);
  events.push({ ...failedEvent({ assetId: "?", message: "No.", at: time(2) }) });
  settle(3);
  update(USER);
  await until("the last", () => heard.get("device")?.includes(3));
  assert.deepEqual(heard.get("device"), [1, 3]);
  assert.deepEqual(lines.map(({ level, message }) => [level, message]), [
    ["error", "Event out of contract"],
  ]);
});

Deno.test("a connection begins at the end, or at what it knows within 24 hours and 1,000 events", async () => {
  const { settle, positionOf, events } = stage();
  const now = Date.now();
  const begin = async (since?: number) =>
    (await positionOf(USER, since === undefined ? undefined : time(since))).getTime();
  settle(now - 30 * HOUR, now - 2 * HOUR, now - HOUR);
  assert.equal(await begin(), now - HOUR);
  assert.equal(await begin(now - 2 * HOUR), now - 2 * HOUR);
  assert.equal(await begin(now + HOUR), now - HOUR, "What it claims to know has not settled yet");
  const clipped = await begin(now - 40 * HOUR);
  assert.ok(clipped >= now - 24 * HOUR && clipped < now - 23 * HOUR);

  events.length = 0;
  settle(...Array.from({ length: 1500 }, (_, nth) => now - 1500 + nth));
  assert.equal(await begin(now - HOUR), now - 1001, "The newest 1,000 are later than that");
});

Deno.test("without MongoDB a connection begins where the last sweep ended, or at what it knows", async () => {
  const { feed, positionOf, sweep, lines } = stage();
  feed.changes = () => Promise.resolve({ userIds: [], horizon: time(Date.now() - 1000) });
  await sweep();
  feed.end = async () => await unavailable();
  const since = time(Date.now() - HOUR);
  assert.deepEqual(await positionOf(USER, since), since);
  const begin = await positionOf(USER, undefined);
  assert.ok(begin.getTime() <= Date.now() - 1000 && begin > since);
  assert.deepEqual(lines.map(({ level }) => level), ["warn", "warn"]);
});
