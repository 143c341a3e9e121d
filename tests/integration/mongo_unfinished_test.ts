import assert from "node:assert/strict";
import { Types } from "mongoose";
import { type Asset, jobIdOf } from "../../src/assets/asset.ts";
import { createMongoUnfinished } from "../../src/database/mongo_unfinished.ts";
import {
  accept,
  begin,
  FAILURE,
  lastAttempt,
  newDraft,
  newStamp,
  openTestDatabase,
  ORIGINAL_URL,
  type TestDatabase,
} from "../support/test_database.ts";

const LONG_AGO = new Date("2026-01-01T00:00:00Z");
const LATER = new Date("2026-01-01T00:01:00Z");

/** An asset in processing with these times. */
async function put({ store, raw }: TestDatabase, createdAt: Date, updatedAt: Date) {
  const { id } = await accept(store);
  await raw.updateOne({ _id: new Types.ObjectId(id) }, { $set: { createdAt, updatedAt } });
  return id;
}

const idsOf = (assets: readonly Asset[]) => assets.map(({ id }) => id);

Deno.test("unfinished assets come page by page in the order of their submission", async () => {
  await using database = await openTestDatabase();
  const { unfinished } = createMongoUnfinished(database.connection);
  const times = [3, 1, 2, 2, 2].map((day) => new Date(Date.UTC(2026, 0, day)));
  const [last, first, ...middle] = await Array.fromAsync(times, (at) => put(database, at, at));
  await database.store.insertDraft(newDraft());
  const found: string[] = [];
  let page = await unfinished({ limit: 2 });
  while (page.length > 0) {
    found.push(...idsOf(page));
    const end = page.at(-1);
    assert.ok(end);
    page = await unfinished({ limit: 2, after: { at: end.createdAt, id: end.id } });
  }
  assert.deepEqual(found, [first, ...middle.sort(), last]);
});

Deno.test("unfinished is what is in processing, not deleted, and did not change for a while", async () => {
  await using database = await openTestDatabase();
  const { store, connection } = database;
  const { unfinished } = createMongoUnfinished(connection);
  const old = await put(database, LONG_AGO, LONG_AGO);
  const changed = await put(database, LONG_AGO, LATER);
  const deleted = await put(database, LONG_AGO, LONG_AGO);
  await store.bury(deleted, (await store.find(deleted))?.userId ?? "");
  const failed = await begin(store);
  await store.fail(failed.id, failed.jobId, FAILURE, lastAttempt(), newStamp());

  assert.deepEqual(idsOf(await unfinished({ limit: 10, changedBefore: LATER })), [old]);
  assert.deepEqual(idsOf(await unfinished({ limit: 10 })), [old, changed]);
});

Deno.test("looking for unfinished assets reads no others, and sorts nothing", async () => {
  await using database = await openTestDatabase();
  const { store, connection } = database;
  await store.createIndexes();
  for (let count = 0; count < 5; count++) {
    const { id, jobId } = await begin(store);
    await store.fail(id, jobId, FAILURE, lastAttempt(), newStamp());
  }
  await put(database, LONG_AGO, LONG_AGO);
  await connection.db?.command({ profile: 2 });
  await createMongoUnfinished(connection).unfinished({ limit: 500, changedBefore: LATER });
  await connection.db?.command({ profile: 0 });
  const [query] = await connection.collection("system.profile")
    .find({ "command.find": "assets" }).toArray();
  assert.equal(query?.["docsExamined"], 1);
  assert.ok(!query["hasSortStage"]);
});

Deno.test("a new run of an asset in processing begins once, without the calls of the one before", async () => {
  await using database = await openTestDatabase();
  const { store, connection } = database;
  const { renew } = createMongoUnfinished(connection);
  const { id, jobId } = await begin(store);
  await store.recordAttempt(id, jobId, lastAttempt());
  const asset = await store.find(id);
  assert.ok(asset);
  const [renewed, ...others] = (await Promise.all([1, 2, 3].map(() => renew(asset))))
    .filter((result) => result !== null);
  assert.deepEqual(others, []);
  assert.ok(renewed);
  const { firstCallAt, updatedAt: _, ...rest } = renewed;
  const { firstCallAt: _1, updatedAt: _2, ...before } = asset;
  assert.deepEqual(rest, {
    ...before,
    ...{ run: 2, processingJobId: jobIdOf(id, 2), aiCalls: 0, attempts: [] },
  });
  assert.equal(firstCallAt, undefined);
  assert.equal(await store.claimCall(id, jobId, newStamp(), 3), null);
  assert.equal(await renew(asset), null);
});

Deno.test("what is settled or deleted gets no new run", async () => {
  await using database = await openTestDatabase();
  const { store, connection } = database;
  const { renew } = createMongoUnfinished(connection);
  const [failed, deleted] = [await begin(store), await begin(store)];
  const assets = [await store.find(failed.id), await store.find(deleted.id)];
  await store.fail(failed.id, failed.jobId, FAILURE, lastAttempt(), newStamp());
  await store.bury(deleted.id, assets[1]?.userId ?? "");
  for (const asset of assets) assert.equal(asset && await renew(asset), null);
});

Deno.test("an old draft is found and buried once; it cannot be accepted any more", async () => {
  await using database = await openTestDatabase();
  const { store, connection, raw } = database;
  const { drafts } = createMongoUnfinished(connection);
  const { buryDraft } = store;
  const [old, young] = [await store.insertDraft(newDraft()), await store.insertDraft(newDraft())];
  await raw.updateOne({ _id: new Types.ObjectId(old.id) }, { $set: { createdAt: LONG_AGO } });
  await put(database, LONG_AGO, LONG_AGO);
  assert.deepEqual(idsOf(await drafts(LATER, 10)), [old.id]);
  assert.equal((await buryDraft(old.id))?.id, old.id);
  assert.equal(await buryDraft(old.id), null);
  assert.deepEqual(await drafts(LATER, 10), []);
  assert.equal(await store.accept(old.id, ORIGINAL_URL), null);
  assert.deepEqual(idsOf(await store.tombstones(10)), [old.id]);

  assert.ok(await store.accept(young.id, ORIGINAL_URL));
  assert.equal(await buryDraft(young.id), null);
});

Deno.test("listed dead letters are told from those that are not", async () => {
  await using database = await openTestDatabase();
  const { store, connection } = database;
  const { listedAmong } = createMongoUnfinished(connection);
  const [listed, replayed, deleted, alive] = [
    ...[await begin(store), await begin(store), await begin(store), await begin(store)],
  ] as const;
  for (const { id, jobId } of [listed, replayed, deleted]) {
    const asset = await store.fail(id, jobId, FAILURE, lastAttempt(), newStamp());
    if (id === replayed.id && asset) await store.rerun(asset, { requestId: "r" }, newStamp());
    if (id === deleted.id && asset) await store.bury(id, asset.userId);
  }
  const jobIds = [listed, replayed, deleted, alive].map(({ jobId }) => jobId);
  assert.deepEqual(await listedAmong(jobIds), [listed.jobId]);
});
