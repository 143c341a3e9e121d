import assert from "node:assert/strict";
import { type Asset, jobIdOf } from "../../src/assets/asset.ts";
import { ANALYSIS } from "../support/memory_ports.ts";
import {
  accept,
  begin,
  CAUSE,
  FAILURE,
  newDraft,
  openTestDatabase,
  type Store,
} from "../support/test_database.ts";

const ATTEMPT = { at: new Date(0), code: "ai_timeout", message: "Too slow" };
const REQUEST = { requestId: "request-2" };

/** An asset whose first run made one call and failed. */
async function failedAsset(store: Store): Promise<Asset> {
  const { id, jobId } = await begin(store);
  await store.recordAttempt(id, jobId, ATTEMPT);
  const failed = await store.fail(id, jobId, FAILURE, CAUSE);
  assert.ok(failed);
  return failed;
}

Deno.test("a call that did not count is taken back, and never below none", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id, jobId } = await begin(store);
  assert.equal((await store.releaseCall(id, jobId))?.aiCalls, 0);
  assert.equal(await store.releaseCall(id, jobId), null);
  assert.equal((await store.find(id))?.aiCalls, 0);
});

Deno.test("a run knows when it called first, whatever follows", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id, jobId } = await accept(store);
  const first = await store.claimCall(id, jobId);
  assert.ok(first?.firstCallAt);
  await store.releaseCall(id, jobId);
  const second = await store.claimCall(id, jobId);
  assert.deepEqual(second?.firstCallAt, first.firstCallAt);
});

Deno.test("failed attempts are kept in their order, of the run under way only", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id, jobId } = await begin(store);
  const second = { ...ATTEMPT, code: "ai_unavailable" };
  await store.recordAttempt(id, jobId, ATTEMPT);
  await store.recordAttempt(id, jobId, second);
  assert.equal(await store.recordAttempt(id, jobIdOf(id, 2), ATTEMPT), null);
  assert.deepEqual((await store.find(id))?.attempts, [ATTEMPT, second]);
});

Deno.test("FR-004 a failure notes its dead letter with the cause", async () => {
  await using database = await openTestDatabase();
  const failed = await failedAsset(database.store);
  assert.deepEqual(failed.deadLetter, { state: "listed", message: CAUSE });
  assert.deepEqual(failed.attempts, [ATTEMPT]);
});

Deno.test("a new run starts afresh, under its own request and job", async () => {
  await using database = await openTestDatabase();
  const { store, raw } = database;
  const failed = await failedAsset(store);
  const again = await store.rerun(failed, REQUEST);
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
  assert.equal(await store.claimCall(id, jobIdOf(id, 1)), null);
  assert.equal((await store.claimCall(id, jobIdOf(id, 2)))?.aiCalls, 1);
});

Deno.test("of many that ask for a new run at once exactly one gets it", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const failed = await failedAsset(store);
  const asked = Array.from({ length: 20 }, () => store.rerun(failed, REQUEST));
  const granted = (await Promise.all(asked)).filter((asset) => asset !== null);
  assert.deepEqual(granted.map(({ run }) => run), [2]);
});

Deno.test("there is no new run of what has not failed", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const underway = await accept(store);
  const active = await accept(store);
  await store.activate(active.id, active.jobId, ANALYSIS);
  const draft = await store.insertDraft(newDraft());
  for (const asset of [await store.find(underway.id), await store.find(active.id), draft]) {
    assert.ok(asset);
    assert.equal(await store.rerun(asset, REQUEST), null);
  }
});

Deno.test("a new run that was never queued can be undone: the failure is as it was", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const failed = await failedAsset(store);
  assert.ok(await store.rerun(failed, REQUEST));
  const undone = await store.undoRerun(failed, jobIdOf(failed.id, 2));
  assert.ok(undone);
  const { updatedAt: _1, aiCalls: _2, firstCallAt: _3, run, requestId, ...rest } = undone;
  const { updatedAt: _4, aiCalls: _5, firstCallAt: _6, run: _7, requestId: _8, ...before } = failed;
  assert.deepEqual(rest, before);
  // The job of run 2 may still turn up: the next run is another one.
  assert.equal(run, 2);
  assert.equal(requestId, REQUEST.requestId);
  assert.equal(await store.claimCall(failed.id, jobIdOf(failed.id, 2)), null);
  assert.equal((await store.rerun(undone, REQUEST))?.processingJobId, jobIdOf(failed.id, 3));
});

Deno.test("a new run that a worker has begun cannot be undone", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const failed = await failedAsset(store);
  const jobId = jobIdOf(failed.id, 2);
  await store.rerun(failed, REQUEST);
  await store.claimCall(failed.id, jobId);
  assert.equal(await store.undoRerun(failed, jobId), null);
  assert.equal((await store.find(failed.id))?.status, "processing");
});
