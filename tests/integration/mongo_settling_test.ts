import assert from "node:assert/strict";
import type { Asset } from "../../src/assets/asset.ts";
import { jobIdOf } from "../../src/assets/asset.ts";
import { createDatabase } from "../../src/database/connection.ts";
import { createMongoAssetStore } from "../../src/database/mongo_asset_store.ts";
import { assetErrorOf } from "../support/failures.ts";
import { ANALYSIS, newAsset } from "../support/memory_ports.ts";
import { recordLogs } from "../support/recorded_logs.ts";
import { services } from "../support/services.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import {
  accept,
  begin,
  connectTo,
  FAILURE,
  lastAttempt,
  newDraft,
  newStamp,
  openTestDatabase,
  ORIGINAL_URL,
  type Store,
} from "../support/test_database.ts";
import { newUserId } from "../support/tokens.ts";

/** Every question a store can be asked, by its name. */
function questions(store: Store): Record<string, () => Promise<unknown>> {
  const id = newUserId();
  const jobId = jobIdOf(id, 1);
  return {
    insertDraft: () => store.insertDraft(newDraft()),
    accept: () => store.accept(id, ORIGINAL_URL),
    withdraw: () => store.withdraw(id),
    deleteDraft: () => store.deleteDraft(id),
    confirm: () => store.confirm(id),
    buryDraft: () => store.buryDraft(id),
    claimCall: () => store.claimCall(id, jobId, newStamp(), 3),
    activate: () => store.activate(id, jobId, ANALYSIS, newStamp()),
    fail: () => store.fail(id, jobId, FAILURE, lastAttempt(), newStamp()),
    releaseCall: () => store.releaseCall(id, jobId, newStamp()),
    recordAttempt: () => store.recordAttempt(id, jobId, { at: new Date(), code: "x", message: "" }),
    rerun: () =>
      store.rerun(newAsset({ status: "failed", run: 1 }), { requestId: "request-2" }, newStamp()),
    undoRerun: () => store.undoRerun(newAsset({ status: "failed", run: 1 }), newStamp()),
    bury: () => store.bury(id, newUserId()),
    tombstones: () => store.tombstones(10),
    deleteTombstone: () => store.deleteTombstone(id),
    list: () => store.list({ userId: newUserId() }, { limit: 10 }),
    listDeadLetters: () => store.listDeadLetters({ limit: 10 }),
    findDeadLetters: () => store.findDeadLetters({}, 10),
    countDeadLetters: () => store.countDeadLetters({}),
    dismissDeadLetter: () => store.dismissDeadLetter(id, jobId),
    find: () => store.find(id),
    ping: () => store.ping(),
    createIndexes: () => store.createIndexes(),
  };
}

async function assertUnavailable(store: Store): Promise<void> {
  const asked = questions(store);
  assert.deepEqual(Object.keys(asked).sort(), Object.keys(store).sort());
  await Promise.all(Object.values(asked).map((ask) => assetErrorOf(ask(), "service_unavailable")));
}

Deno.test("FR-013 FR-014 T041 T052 a result makes an asset active, as the data model lays it down", async () => {
  await using database = await openTestDatabase();
  const { store, raw } = database;
  const { id, jobId } = await begin(store);
  const asset = await store.activate(id, jobId, ANALYSIS, newStamp());
  assert.equal(asset?.status, "active");
  assert.deepEqual(asset.analysis, ANALYSIS);
  assert.ok(asset.settledAt);
  assert.deepEqual(await store.find(id), asset);

  const stored = await raw.findOne({});
  const { brand, model, colorway, processedImageUrl } = ANALYSIS;
  assert.equal(stored?.["status"], "active");
  assert.deepEqual(stored?.["images"], {
    original: { url: ORIGINAL_URL },
    processed: { url: processedImageUrl },
  });
  assert.deepEqual(stored?.["aiMetadata"], {
    ...{ brand, model, colorway, processedAt: asset.settledAt },
  });
});

Deno.test("FR-015 T005 T054 a failure makes an asset failed, as the data model lays it down", async () => {
  await using database = await openTestDatabase();
  const { store, raw } = database;
  const { id, jobId } = await begin(store);
  const asset = await store.fail(id, jobId, FAILURE, lastAttempt(), newStamp());
  assert.equal(asset?.status, "failed");
  assert.deepEqual(asset.failure, FAILURE);
  assert.equal(asset.analysis, undefined);
  assert.ok(asset.settledAt);
  assert.deepEqual(await store.find(id), asset);
  const stored = await raw.findOne({});
  assert.equal(stored?.["status"], "failed");
  assert.deepEqual(stored?.["aiMetadata"], { error: FAILURE.message });
});

Deno.test("who settles second, another run, a draft or nothing gets null", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const active = await accept(store);
  assert.ok(await store.activate(active.id, active.jobId, ANALYSIS, newStamp()));
  const failed = await accept(store);
  assert.ok(await store.fail(failed.id, failed.jobId, FAILURE, lastAttempt(), newStamp()));
  const underway = await accept(store);
  const draft = await store.insertDraft(newDraft());
  const nobody = newUserId();
  const inVain = [
    ...[active, failed, { id: underway.id, jobId: jobIdOf(underway.id, 2) }],
    ...[{ id: draft.id, jobId: jobIdOf(draft.id, 1) }, { id: nobody, jobId: jobIdOf(nobody, 1) }],
  ];
  const find = () => Promise.all(inVain.map(({ id }) => store.find(id)));
  const before = await find();
  for (const { id, jobId } of inVain) {
    assert.equal(await store.activate(id, jobId, ANALYSIS, newStamp()), null);
    assert.equal(await store.fail(id, jobId, FAILURE, lastAttempt(), newStamp()), null);
  }
  assert.deepEqual(await find(), before);
});

Deno.test("of many that settle at once exactly one wins", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id, jobId } = await begin(store);
  const settle = (_: unknown, n: number): Promise<Asset | null> =>
    n % 2 === 0
      ? store.activate(id, jobId, ANALYSIS, newStamp())
      : store.fail(id, jobId, FAILURE, lastAttempt(), newStamp());
  const settled = await Promise.all(Array.from({ length: 20 }, settle));
  const winners = settled.filter((asset) => asset !== null);
  assert.equal(winners.length, 1);
  assert.deepEqual(await store.find(id), winners[0]);
});

Deno.test("of many that accept at once exactly one wins", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id } = await store.insertDraft(newDraft());
  const accept = () => store.accept(id, ORIGINAL_URL);
  const accepted = await Promise.all(Array.from({ length: 20 }, accept));
  assert.equal(accepted.filter((asset) => asset !== null).length, 1);
});

Deno.test("an asset keeps when it was made, and tells when it was changed", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const draft = await store.insertDraft(newDraft());
  assert.ok(draft.updatedAt >= draft.createdAt);
  const steps = [
    () => store.accept(draft.id, ORIGINAL_URL),
    () => store.claimCall(draft.id, jobIdOf(draft.id, 1), newStamp(), 3),
    () => store.activate(draft.id, jobIdOf(draft.id, 1), ANALYSIS, newStamp()),
  ];
  let last: Asset = draft;
  for (const step of steps) {
    const next = await step();
    assert.ok(next);
    assert.deepEqual(next.createdAt, draft.createdAt);
    assert.ok(next.updatedAt >= last.updatedAt);
    last = next;
  }
  assert.ok(last.settledAt && last.settledAt >= draft.createdAt);
  assert.ok(last.updatedAt >= last.settledAt);
});

Deno.test("MongoDB that was never there is unavailable, whatever is asked", async () => {
  await using resources = new AsyncDisposableStack();
  const connection = createDatabase(recordLogs().logger);
  resources.defer(() => connection.close());
  await assertUnavailable(createMongoAssetStore(connection));
});

Deno.test("MongoDB that went away is unavailable, whatever is asked", async () => {
  await using proxy = startTcpProxy(services().mongoUri);
  await using resources = new AsyncDisposableStack();
  const connection = await connectTo(proxy.url);
  resources.defer(() => connection.close());
  const store = createMongoAssetStore(connection);
  await store.ping();
  proxy.cut();
  await assertUnavailable(store);
});
