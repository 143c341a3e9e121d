import assert from "node:assert/strict";
import { ANALYSIS } from "../support/memory_ports.ts";
import {
  begin,
  FAILURE,
  lastAttempt,
  newDraft,
  newStamp,
  openTestDatabase,
} from "../support/test_database.ts";
import { newUserId } from "../support/tokens.ts";

Deno.test("a buried asset is seen and changed by nothing any more", async () => {
  await using database = await openTestDatabase();
  const { store, raw } = database;
  const { id, jobId } = await begin(store);
  const failed = await begin(store);
  const failedAsset = await store.fail(failed.id, failed.jobId, FAILURE, lastAttempt(), newStamp());
  assert.ok(failedAsset);
  const userId = (await store.find(id))?.userId ?? "";
  assert.ok(await store.bury(id, userId));
  assert.ok(await store.bury(failed.id, failedAsset.userId));
  const before = await raw.find().toArray();

  const attempt = { at: new Date(), code: "ai_timeout", message: "Too slow" };
  const inVain = [
    store.find(id),
    store.claimCall(id, jobId, newStamp(), 3),
    store.releaseCall(id, jobId, newStamp()),
    store.recordAttempt(id, jobId, attempt),
    store.activate(id, jobId, ANALYSIS, newStamp()),
    store.fail(id, jobId, FAILURE, lastAttempt(), newStamp()),
    store.withdraw(id),
    store.rerun(failedAsset, { requestId: "request-2" }, newStamp()),
    store.undoRerun(failedAsset, newStamp()),
    store.bury(id, userId),
  ];
  assert.deepEqual(await Promise.all(inVain), inVain.map(() => null));
  assert.deepEqual(await store.list({ userId }, { limit: 10 }), []);
  assert.deepEqual(await store.listDeadLetters({ limit: 10 }), []);
  assert.deepEqual(await raw.find().toArray(), before);
});

Deno.test("only its owner can bury an asset, and nobody a draft", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id } = await begin(store);
  const draft = await store.insertDraft(newDraft());
  assert.equal(await store.bury(id, newUserId()), null);
  assert.equal(await store.bury(draft.id, draft.userId), null);
  assert.ok(await store.find(id));
});

Deno.test("tombstones are found, page by page, until they are deleted", async () => {
  await using database = await openTestDatabase();
  const { store, raw } = database;
  const buried: string[] = [];
  for (let count = 0; count < 3; count++) {
    const { id } = await begin(store);
    const { userId = "" } = await store.find(id) ?? {};
    await store.bury(id, userId);
    buried.push(id);
  }
  const { id: alive } = await begin(store);
  const found = async (limit: number, after?: string) =>
    (await store.tombstones(limit, after)).map(({ id }) => id);
  buried.sort();
  assert.deepEqual(await found(10), buried);
  assert.deepEqual(await found(2), buried.slice(0, 2));
  assert.deepEqual(await found(2, buried[1]), buried.slice(2));
  for (const id of [...buried, alive]) await store.deleteTombstone(id);
  assert.deepEqual(await found(10), []);
  assert.equal(await raw.countDocuments(), 1);
  assert.ok(await store.find(alive));
});
