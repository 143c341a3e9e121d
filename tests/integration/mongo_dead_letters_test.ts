import assert from "node:assert/strict";
import { Types } from "mongoose";
import type { Asset, FailureCode } from "../../src/assets/asset.ts";
import type { DeadLetterFilter } from "../../src/assets/dead_letter.ts";
import {
  begin,
  FAILURE,
  lastAttempt,
  newStamp,
  openTestDatabase,
  type Store,
  type TestDatabase,
} from "../support/test_database.ts";

const REQUEST = { requestId: "request-2" };
const ids = (assets: readonly Asset[]) => assets.map(({ id }) => id);

/** An asset that failed so many seconds after 1970. */
async function fail(
  { store, raw }: TestDatabase,
  { second = 0, code = FAILURE.code }: { second?: number; code?: FailureCode } = {},
): Promise<Asset> {
  const { id, jobId } = await begin(store);
  assert.ok(await store.fail(id, jobId, { ...FAILURE, code }, lastAttempt(), newStamp()));
  const settledAt = new Date(second * 1000);
  await raw.updateOne({ _id: new Types.ObjectId(id) }, { $set: { settledAt } });
  const failed = await store.find(id);
  assert.ok(failed?.processingJobId);
  return failed;
}

const dismiss = ({ store }: TestDatabase, { id, processingJobId = "" }: Asset) =>
  store.dismissDeadLetter(id, processingJobId);

Deno.test("dead letters are found by reason and by time, who failed first comes first", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const late = await fail(database, { second: 30 });
  const early = await fail(database, { second: 10 });
  const rejected = await fail(database, { second: 20, code: "ai_rejected" });
  await begin(store);
  const find = async (filter: Parameters<typeof store.findDeadLetters>[0], limit = 100) =>
    ids(await findAndCount(store, filter, limit));
  assert.deepEqual(await find({}), ids([early, rejected, late]));
  assert.deepEqual(await find({}, 2), ids([early, rejected]));
  assert.deepEqual(await find({ reason: FAILURE.code }), ids([early, late]));
  assert.deepEqual(await find({ olderThan: new Date(30_000) }), ids([early, rejected]));
  assert.deepEqual(await find({ olderThan: new Date(30_001) }), ids([early, rejected, late]));
  assert.deepEqual(await find({ reason: "ai_rejected", olderThan: new Date(20_000) }), []);
  assert.deepEqual(await find({ reason: "job_stalled" }), []);
});

/** What is found, which is counted as well unless the limit cuts it. */
async function findAndCount(store: Store, filter: DeadLetterFilter, limit: number) {
  const found = await store.findDeadLetters(filter, limit);
  const count = await store.countDeadLetters(filter);
  assert.ok(found.length === limit ? count >= limit : count === found.length);
  return found;
}

Deno.test("neither what was dismissed, replayed or deleted is found", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const [dismissed, replayed, deleted, listed] = [
    await fail(database),
    await fail(database),
    await fail(database),
    await fail(database),
  ];
  assert.equal((await dismiss(database, dismissed))?.deadLetter?.state, "dismissed");
  assert.ok(await store.rerun(replayed, REQUEST, newStamp()));
  assert.ok(await store.bury(deleted.id, deleted.userId));
  assert.deepEqual(ids(await store.findDeadLetters({}, 100)), [listed.id]);
});

Deno.test("they are found by an index that has nothing else in it", async () => {
  await using database = await openTestDatabase();
  await database.store.createIndexes();
  for (let second = 0; second < 5; second++) await fail(database, { second });
  for (let count = 0; count < 5; count++) await begin(database.store);
  const plan = await database.raw.find({ deletedAt: null, "deadLetter.state": "listed" })
    .sort({ settledAt: 1, _id: 1 }).limit(3).explain("executionStats");
  assert.equal(plan["executionStats"].totalKeysExamined, 3);
});

Deno.test("a dead letter is dismissed once, by the job of the run that failed, and keeps its note", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const failed = await fail(database);
  assert.equal(await store.dismissDeadLetter(failed.id, `asset-${failed.id}-2`), null);
  const dismissed = await dismiss(database, failed);
  assert.deepEqual(dismissed, {
    ...failed,
    deadLetter: { ...failed.deadLetter, state: "dismissed" },
    updatedAt: dismissed?.updatedAt,
  });
  assert.equal(await dismiss(database, failed), null);
});

Deno.test("a new run begins only from the state of the dead letter that was seen", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const failed = await fail(database);
  const dismissed = await dismiss(database, failed);
  assert.ok(dismissed);
  assert.equal(await store.rerun(failed, REQUEST, newStamp()), null);
  const stamp = newStamp();
  assert.ok(await store.rerun(dismissed, REQUEST, stamp));
  assert.equal((await store.undoRerun(dismissed, stamp))?.deadLetter?.state, "dismissed");
});

Deno.test("of a replay and a dismissal at once one wins", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  for (let round = 0; round < 20; round++) {
    const failed = await fail(database);
    const [rerun, dismissed] = await Promise.all([
      store.rerun(failed, REQUEST, newStamp()),
      dismiss(database, failed),
    ]);
    assert.equal([rerun, dismissed].filter(Boolean).length, 1);
  }
});

Deno.test("dead letters are counted by their index, however many assets there are", async () => {
  await using database = await openTestDatabase();
  const { store, raw } = database;
  await store.createIndexes();
  const uses = async () => {
    const stats = await raw.aggregate([{ $indexStats: {} }]).toArray();
    const [index] = stats.filter(({ spec }) => spec.partialFilterExpression?.["deadLetter.state"]);
    return index?.["accesses"].ops;
  };
  const before = await uses();
  await store.countDeadLetters({});
  assert.equal(`${await uses()}`, `${Number(before) + 1}`);
});
