import assert from "node:assert/strict";
import { accept, newDraft, openTestDatabase, ORIGINAL_URL } from "../support/test_database.ts";
import { newUserId } from "../support/tokens.ts";

Deno.test("a confirmed asset cannot be withdrawn, and shows its owner nothing of it", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id } = await accept(store);
  const before = await store.find(id);
  assert.equal(await store.confirm(id), true);
  assert.deepEqual(await store.find(id), before);
  assert.equal(await store.withdraw(id), null);
  assert.equal(await store.confirm(id), true);
  assert.deepEqual(await store.find(id), before);
});

Deno.test("what its owner deleted can be confirmed; a draft, a withdrawn asset and none at all cannot", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id } = await accept(store);
  const { userId = "" } = await store.find(id) ?? {};
  await store.bury(id, userId);
  assert.equal(await store.confirm(id), true);

  const draft = await store.insertDraft(newDraft());
  const withdrawn = await accept(store);
  assert.ok(await store.withdraw(withdrawn.id));
  for (const gone of [draft.id, withdrawn.id, newUserId()]) {
    assert.equal(await store.confirm(gone), false);
  }
  assert.ok(await store.accept(draft.id, ORIGINAL_URL));
  assert.ok(await store.withdraw(draft.id), "It was confirmed as a draft");
});

Deno.test("a buried draft cannot be accepted or confirmed, and is purged as a tombstone; others are not buried", async () => {
  await using database = await openTestDatabase();
  const { store, raw } = database;
  const draft = await store.insertDraft(newDraft());
  const accepted = await accept(store);
  for (const id of [draft.id, accepted.id, newUserId()]) await store.buryDraft(id);
  assert.equal(await store.accept(draft.id, ORIGINAL_URL), null);
  assert.equal(await store.confirm(draft.id), false);
  assert.ok(await store.find(accepted.id));
  const [tombstone, ...others] = await store.tombstones(10);
  assert.deepEqual([tombstone?.id, tombstone?.status, others], [draft.id, "draft", []]);
  await store.deleteTombstone(draft.id);
  assert.equal(await raw.countDocuments(), 1);
});
