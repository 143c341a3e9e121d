import assert from "node:assert/strict";
import { type Asset, jobIdOf } from "../../src/assets/asset.ts";
import { ANALYSIS } from "../support/memory_ports.ts";
import {
  accept,
  begin,
  CAUSE,
  FAILURE,
  lastAttempt,
  newDraft,
  newStamp,
  openTestDatabase,
  type Store,
} from "../support/test_database.ts";

const ATTEMPT = { at: new Date(0), code: "ai_timeout", message: "Too slow" };
const REQUEST = { requestId: "request-2" };

/** An asset whose first run made one call and failed. */
async function failedAsset(store: Store): Promise<Asset> {
  const { id, jobId } = await begin(store);
  await store.recordAttempt(id, jobId, ATTEMPT);
  const failed = await store.fail(id, jobId, FAILURE, lastAttempt(), newStamp());
  assert.ok(failed);
  return failed;
}

Deno.test("a call that did not count is taken back, once and only by its own stamp", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id, jobId } = await accept(store);
  const stamp = newStamp();
  await store.claimCall(id, jobId, stamp, 3);
  assert.equal(await store.releaseCall(id, jobId, newStamp()), null);
  assert.equal((await store.releaseCall(id, jobId, stamp))?.aiCalls, 0);
  assert.equal(await store.releaseCall(id, jobId, stamp), null);
  assert.equal((await store.find(id))?.aiCalls, 0);
});

Deno.test("a run knows when it called first, whatever follows", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id, jobId } = await accept(store);
  const stamp = newStamp();
  const first = await store.claimCall(id, jobId, stamp, 3);
  assert.ok(first?.firstCallAt);
  await store.releaseCall(id, jobId, stamp);
  const second = await store.claimCall(id, jobId, newStamp(), 3);
  assert.deepEqual(second?.firstCallAt, first.firstCallAt);
});

Deno.test("a call that nobody heard did not begin the run, if it was its only one", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id, jobId } = await accept(store);
  const [first, second] = [newStamp(), newStamp()];
  await store.claimCall(id, jobId, first, 3);
  const unheard = await store.releaseCall(id, jobId, first, { isUnheard: true });
  assert.deepEqual([unheard?.aiCalls, unheard?.firstCallAt], [0, undefined]);
  assert.ok((await store.claimCall(id, jobId, newStamp(), 3))?.firstCallAt);
  await store.claimCall(id, jobId, second, 3);
  const left = await store.releaseCall(id, jobId, second, { isUnheard: true });
  assert.equal(left?.aiCalls, 1);
  assert.ok(left.firstCallAt);
});

Deno.test("a change that is repeated with its stamp is made once, and answered the same", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  for (const end of ["activate", "fail"] as const) {
    const { id, jobId } = await accept(store);
    const stamp = newStamp();
    const claim = () => store.claimCall(id, jobId, stamp, 3);
    assert.deepEqual(await claim(), await claim());
    await store.recordAttempt(id, jobId, ATTEMPT);
    await store.recordAttempt(id, jobId, ATTEMPT);
    const last = lastAttempt();
    const settle = () =>
      end === "activate"
        ? store.activate(id, jobId, ANALYSIS, stamp)
        : store.fail(id, jobId, FAILURE, last, stamp);
    const settled = await settle();
    assert.ok(settled);
    assert.deepEqual(await settle(), settled);
    assert.equal(settled.aiCalls, 1);
    assert.deepEqual(settled.attempts, end === "activate" ? [ATTEMPT] : [ATTEMPT, last]);
    assert.equal(await store.activate(id, jobId, ANALYSIS, newStamp()), null);
    assert.equal(await store.fail(id, jobId, FAILURE, lastAttempt(), newStamp()), null);
  }
});

Deno.test("failed attempts are kept in their order, of the run under way only", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id, jobId } = await begin(store);
  const second = { ...ATTEMPT, at: new Date(1), code: "ai_unavailable" };
  await store.recordAttempt(id, jobId, ATTEMPT);
  await store.recordAttempt(id, jobId, second);
  assert.equal(await store.recordAttempt(id, jobIdOf(id, 2), ATTEMPT), null);
  assert.deepEqual((await store.find(id))?.attempts, [ATTEMPT, second]);
});

Deno.test("FR-004 a failure notes its dead letter with the cause", async () => {
  await using database = await openTestDatabase();
  const failed = await failedAsset(database.store);
  assert.deepEqual(failed.deadLetter, { state: "listed", message: CAUSE });
  assert.deepEqual(failed.attempts.map(({ message }) => message), [ATTEMPT.message, CAUSE]);
});

Deno.test("a new run starts afresh, under its own request and job", async () => {
  await using database = await openTestDatabase();
  const { store, raw } = database;
  const failed = await failedAsset(store);
  const again = await store.rerun(failed, REQUEST, newStamp());
  assert.ok(again);
  const { id, userId, category, imageName, originalUrl, createdAt, updatedAt } = again;
  const { updatedAt: _, ...rest } = await store.find(id) ?? again;
  assert.deepEqual(rest, {
    ...{ id, userId, category, imageName, originalUrl, createdAt, ...REQUEST },
    ...{ status: "processing", run: 2, aiCalls: 0, attempts: [] },
    processingJobId: jobIdOf(id, 2),
  });
  assert.ok(updatedAt >= failed.updatedAt);
  assert.equal(imageName, failed.imageName);
  const stored = await raw.findOne({});
  const gone = ["settledAt", "failure", "aiMetadata", "deadLetter", "firstCallAt"];
  for (const field of gone) assert.equal(stored?.[field], undefined, field);
  assert.equal(await store.claimCall(id, jobIdOf(id, 1), newStamp(), 3), null);
  assert.equal((await store.claimCall(id, jobIdOf(id, 2), newStamp(), 3))?.aiCalls, 1);
});

Deno.test("of many that ask for a new run at once exactly one gets it", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const failed = await failedAsset(store);
  const asked = Array.from({ length: 20 }, () => store.rerun(failed, REQUEST, newStamp()));
  const granted = (await Promise.all(asked)).filter((asset) => asset !== null);
  assert.deepEqual(granted.map(({ run }) => run), [2]);
});

Deno.test("there is no new run of what has not failed", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const underway = await accept(store);
  const active = await accept(store);
  await store.activate(active.id, active.jobId, ANALYSIS, newStamp());
  const draft = await store.insertDraft(newDraft());
  for (const asset of [await store.find(underway.id), await store.find(active.id), draft]) {
    assert.ok(asset);
    assert.equal(await store.rerun(asset, REQUEST, newStamp()), null);
  }
});

Deno.test("a new run that was never queued can be undone: the failure is as it was", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const failed = await failedAsset(store);
  const stamp = newStamp();
  assert.ok(await store.rerun(failed, REQUEST, stamp));
  const undone = await store.undoRerun(failed, stamp);
  assert.ok(undone);
  // The job of run 2 may still turn up: the next run is another one.
  assert.deepEqual({ ...undone, updatedAt: failed.updatedAt }, { ...failed, run: 2 });
  assert.equal(await store.claimCall(failed.id, jobIdOf(failed.id, 2), newStamp(), 3), null);
  const again = await store.rerun(undone, REQUEST, newStamp());
  assert.equal(again?.processingJobId, jobIdOf(failed.id, 3));
});

Deno.test("a new run that a worker has begun, or that somebody else asked for, cannot be undone", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const failed = await failedAsset(store);
  const stamp = newStamp();
  await store.rerun(failed, REQUEST, stamp);
  assert.equal(await store.undoRerun(failed, newStamp()), null);
  assert.equal((await store.find(failed.id))?.run, 2);
  await store.claimCall(failed.id, jobIdOf(failed.id, 2), newStamp(), 3);
  assert.equal(await store.undoRerun(failed, stamp), null);
  assert.equal((await store.find(failed.id))?.status, "processing");
});

Deno.test("a new run that was given up before MongoDB came to it does not begin late", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const failed = await failedAsset(store);
  const stamp = newStamp();
  const undone = await store.undoRerun(failed, stamp);
  assert.deepEqual({ ...undone, updatedAt: failed.updatedAt }, { ...failed, run: 2 });
  assert.equal(await store.rerun(failed, REQUEST, stamp), null);
  assert.ok(await store.rerun(undone ?? assert.fail(), REQUEST, newStamp()));
});
