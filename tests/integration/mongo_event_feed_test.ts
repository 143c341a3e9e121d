import assert from "node:assert/strict";
import { type Asset, jobIdOf } from "../../src/assets/asset.ts";
import { patiently } from "../../src/assets/patiently.ts";
import { createDatabase } from "../../src/database/connection.ts";
import { createMongoEventFeed } from "../../src/database/mongo_event_feed.ts";
import { feedModel, settleTurns } from "../../src/database/settle_turns.ts";
import { assetErrorOf } from "../support/failures.ts";
import { ANALYSIS } from "../support/memory_ports.ts";
import { recordLogs } from "../support/recorded_logs.ts";
import {
  FAILURE,
  lastAttempt,
  newDraft,
  newStamp,
  openTestDatabase,
  ORIGINAL_URL,
  type TestDatabase,
} from "../support/test_database.ts";
import { newUserId } from "../support/tokens.ts";
import { until } from "../support/until.ts";

const EPOCH = new Date(0);
const NEVER = new AbortController().signal;

/** An asset of that user in processing. */
async function begin({ store }: TestDatabase, userId: string) {
  const { id } = await store.insertDraft(newDraft({ userId }));
  await store.accept(id, ORIGINAL_URL);
  return { id, jobId: jobIdOf(id, 1) };
}

async function succeed(database: TestDatabase, userId: string) {
  const { id, jobId } = await begin(database, userId);
  const asset = await database.store.activate(id, jobId, ANALYSIS, newStamp());
  assert.ok(asset?.settledAt);
  return { ...asset, settledAt: asset.settledAt };
}

async function fail(database: TestDatabase, userId: string) {
  const { id, jobId } = await begin(database, userId);
  const asset = await database.store.fail(id, jobId, FAILURE, lastAttempt(), newStamp());
  assert.ok(asset?.settledAt);
  return { ...asset, settledAt: asset.settledAt };
}

Deno.test("what settled later is told oldest first, in pages, each user's own", async () => {
  await using database = await openTestDatabase();
  const feed = createMongoEventFeed(database.connection);
  const userId = newUserId();
  const settled = [await succeed(database, userId), await fail(database, userId)];
  await succeed(database, newUserId());
  settled.push(await succeed(database, userId));
  const [first, second, third] = settled;
  const { id, settledAt } = second ?? assert.fail();

  const events = await feed.later(userId, EPOCH, 10);
  assert.deepEqual(events.map(({ assetId }) => assetId), settled.map(({ id }) => id));
  assert.deepEqual(events[1], {
    ...{ event: "asset_processed", assetId: id, status: "failed", error: FAILURE.message },
    timestamp: settledAt.toISOString(),
  });
  assert.equal("processedImageUrl" in (events[0] ?? {}), true);
  const later = async (after: Date, limit: number) =>
    (await feed.later(userId, after, limit)).map(({ assetId }) => assetId);
  assert.deepEqual(await later(EPOCH, 2), [first?.id, second?.id]);
  assert.deepEqual(await later(settledAt, 2), [third?.id]);
  assert.deepEqual(await later(third?.settledAt ?? EPOCH, 2), []);
});

Deno.test("settle times of one user strictly increase, whoever settles at once", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const userId = newUserId();
  const runs = await Array.fromAsync({ length: 30 }, () => begin(database, userId));
  const settled = await Promise.all(
    runs.map(({ id, jobId }, nth) =>
      patiently(
        () =>
          nth % 2 === 0
            ? store.activate(id, jobId, ANALYSIS, newStamp())
            : store.fail(id, jobId, FAILURE, lastAttempt(), newStamp()),
        NEVER,
      )
    ),
  );
  const times = new Set(settled.map((asset) => asset?.settledAt?.getTime()));
  assert.equal(times.size, 30);
  assert.ok(!times.has(undefined));
});

Deno.test("nothing settles behind what was read: who reads on misses nothing", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const feed = createMongoEventFeed(database.connection);
  const userId = newUserId();
  const runs = await Array.fromAsync({ length: 40 }, () => begin(database, userId));
  const heard: string[] = [];
  let position = await feed.end(userId);
  const read = async () => {
    for (const { assetId, timestamp } of await feed.later(userId, position, 5)) {
      heard.push(assetId);
      position = new Date(timestamp);
    }
  };
  let isOver = false;
  const reading = (async () => {
    while (!isOver || heard.length < runs.length) await read();
  })();
  await Promise.all(
    runs.map(({ id, jobId }) =>
      patiently(() => store.activate(id, jobId, ANALYSIS, newStamp()), NEVER)
    ),
  );
  isOver = true;
  await reading;
  assert.deepEqual(heard.toSorted(), runs.map(({ id }) => id).toSorted());
});

Deno.test("a failure is still told when its asset has another run, and once when that was undone", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const feed = createMongoEventFeed(database.connection);
  const userId = newUserId();
  const failed = await fail(database, userId);
  const stamp = newStamp();
  await store.rerun(failed, { requestId: "request-2" }, stamp);
  const told = await feed.later(userId, EPOCH, 10);
  assert.deepEqual(told.map(({ timestamp }) => timestamp), [failed.settledAt.toISOString()]);
  await store.undoRerun(failed, stamp);
  assert.deepEqual(await feed.later(userId, EPOCH, 10), told);

  const again = await store.find(failed.id) ?? assert.fail();
  await store.rerun(again, { requestId: "request-3" }, newStamp());
  const settled = await store.activate(failed.id, jobIdOf(failed.id, 3), ANALYSIS, newStamp());
  const both = (await feed.later(userId, EPOCH, 10)).map(({ status }) => status);
  assert.deepEqual(both, ["failed", "active"]);
  assert.ok(settled?.settledAt && settled.settledAt > failed.settledAt);
});

Deno.test("failures that many asked to try again are told once each, page by page", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const feed = createMongoEventFeed(database.connection);
  const userId = newUserId();
  const failures = await Array.fromAsync({ length: 12 }, () => fail(database, userId));
  const rerun = (failed: Asset) => store.rerun(failed, { requestId: "again" }, newStamp());
  await Promise.all([...failures, ...failures, ...failures].map(rerun));
  await succeed(database, userId);
  const heard: string[] = [];
  let position = EPOCH;
  for (let page = await feed.later(userId, position, 5); page.length > 0;) {
    heard.push(...page.map(({ assetId }) => assetId));
    position = new Date(page.at(-1)?.timestamp ?? 0);
    page = await feed.later(userId, position, 5);
  }
  assert.deepEqual(heard.slice(0, 12), failures.map(({ id }) => id));
  assert.equal(heard.length, 13);
});

Deno.test("a deleted asset has no events, not even past ones", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const feed = createMongoEventFeed(database.connection);
  const userId = newUserId();
  const [active, failed] = [await succeed(database, userId), await fail(database, userId)];
  await store.rerun(failed, { requestId: "request-2" }, newStamp());
  assert.equal((await feed.later(userId, EPOCH, 10)).length, 2);
  for (const { id } of [active, failed]) await store.bury(id, userId);
  assert.deepEqual(await feed.later(userId, EPOCH, 10), []);
});

Deno.test("the end is what settled last; what settles from now on is later", async () => {
  await using database = await openTestDatabase();
  const feed = createMongoEventFeed(database.connection);
  const userId = newUserId();
  const before = await feed.end(userId);
  const first = await succeed(database, userId);
  assert.ok(first.settledAt > before);
  assert.deepEqual(await feed.end(userId), first.settledAt);
  const second = await fail(database, userId);
  assert.ok(second.settledAt > first.settledAt);
  assert.deepEqual(await feed.end(userId), second.settledAt);
});

Deno.test("the end lies before what somebody is just settling, and behind what nobody did", async () => {
  await using database = await openTestDatabase();
  const { connection } = database;
  const feed = createMongoEventFeed(connection);
  const userId = newUserId();
  await settleTurns(connection).inTurn(userId, async ({ at }) => {
    assert.ok(await feed.end(userId) < at);
    const expired = { expiresAt: new Date(Date.now() - 1) };
    await feedModel(connection).updateOne({ _id: userId }, expired);
    assert.deepEqual(await feed.end(userId), at);
  });
});

Deno.test("a turn that ran out settles nothing any more; the next is another's", async () => {
  await using database = await openTestDatabase();
  const { connection, store } = database;
  const userId = newUserId();
  const { id, jobId } = await begin(database, userId);
  await settleTurns(connection, { turnMs: 50 }).inTurn(userId, async ({ at, lasts }) => {
    const isOver = async () => await connection.collection("assets").countDocuments(lasts) === 0;
    await until("the turn to run out", isOver);
    const settled = await store.activate(id, jobId, ANALYSIS, newStamp());
    assert.ok(settled?.settledAt && settled.settledAt > at);
  });
});

Deno.test("a turn that lasts is waited for, but not for ever", async () => {
  await using database = await openTestDatabase();
  const userId = newUserId();
  const { id, jobId } = await begin(database, userId);
  await settleTurns(database.connection).inTurn(userId, async () => {
    const settling = database.store.activate(id, jobId, ANALYSIS, newStamp());
    await assetErrorOf(settling, "service_unavailable");
  });
  assert.ok(await database.store.activate(id, jobId, ANALYSIS, newStamp()));
});

Deno.test("a start is the time known, or the one behind which the newest so many lie", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const feed = createMongoEventFeed(database.connection);
  const userId = newUserId();
  const failed = await fail(database, userId);
  await store.rerun(failed, { requestId: "request-2" }, newStamp());
  const [second, third] = [await succeed(database, userId), await succeed(database, userId)];
  assert.deepEqual(await feed.startOf(userId, EPOCH, 3), EPOCH);
  assert.deepEqual(await feed.startOf(userId, EPOCH, 2), failed.settledAt);
  assert.deepEqual(await feed.startOf(userId, EPOCH, 1), second.settledAt);
  assert.deepEqual(await feed.startOf(userId, second.settledAt, 1), second.settledAt);
  assert.deepEqual(await feed.startOf(userId, third.settledAt, 1), third.settledAt);
});

Deno.test("changes name whose events may not have been seen, and go on from there", async () => {
  await using database = await openTestDatabase();
  const feed = createMongoEventFeed(database.connection);
  const start = await feed.changes();
  assert.deepEqual(start.userIds, []);
  const userId = newUserId();
  await succeed(database, userId);
  const next = await feed.changes(start.horizon);
  assert.deepEqual(next.userIds, [userId]);
  assert.ok(next.horizon >= start.horizon);
  const muchLater = new Date(next.horizon.getTime() + 60_000);
  assert.deepEqual((await feed.changes(muchLater)).userIds, []);
});

Deno.test("a feed without MongoDB is unavailable, whatever is asked", async () => {
  await using resources = new AsyncDisposableStack();
  const connection = createDatabase(recordLogs().logger);
  resources.defer(() => connection.close());
  const feed = createMongoEventFeed(connection);
  const userId = newUserId();
  const asked = [
    ...[feed.end(userId), feed.startOf(userId, EPOCH, 1), feed.later(userId, EPOCH, 1)],
    ...[feed.changes(), feed.changes(EPOCH)],
  ];
  await Promise.all(asked.map((answer) => assetErrorOf(answer, "service_unavailable")));
});
