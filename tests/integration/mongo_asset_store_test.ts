import assert from "node:assert/strict";
import { Types } from "mongoose";
import { type Asset, jobIdOf } from "../../src/assets/asset.ts";
import type { NewDraft } from "../../src/assets/ports.ts";
import { failureOf } from "../support/failures.ts";
import { AssetError } from "../../src/assets/errors.ts";
import { ANALYSIS } from "../support/memory_ports.ts";
import {
  accept,
  begin,
  FAILURE,
  lastAttempt,
  newDraft,
  newStamp,
  openTestDatabase,
  ORIGINAL_URL,
} from "../support/test_database.ts";
import { newUserId } from "../support/tokens.ts";

Deno.test("FR-007 a draft is stored with its owner, its category and a name nobody guesses", async () => {
  await using database = await openTestDatabase();
  const draft = newDraft({ traceparent: "00-1-2-01" });
  const asset = await database.store.insertDraft(draft);
  assert.match(asset.id, /^[0-9a-f]{24}$/);
  assert.match(asset.imageName, new RegExp(`^${asset.id}-[0-9a-f]{32}$`));
  const { id, imageName, createdAt, updatedAt, ...rest } = asset;
  assert.deepEqual(rest, { ...draft, status: "draft", run: 0, aiCalls: 0, attempts: [] });
  assert.deepEqual(await database.raw.findOne({}), {
    _id: new Types.ObjectId(id),
    ...{ ...rest, userId: new Types.ObjectId(draft.userId), imageName, createdAt, updatedAt },
  });
});

Deno.test("two drafts have nothing in common but what they were told", async () => {
  await using database = await openTestDatabase();
  const draft = newDraft();
  const one = await database.store.insertDraft(draft);
  const two = await database.store.insertDraft(draft);
  assert.notEqual(one.id, two.id);
  assert.notEqual(one.imageName.slice(24), two.imageName.slice(24));
});

Deno.test("a draft is invisible until it is accepted", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id } = await store.insertDraft(newDraft());
  assert.equal(await store.find(id), null);
  const accepted = await store.accept(id, ORIGINAL_URL);
  assert.deepEqual(await store.find(id), accepted);
  assert.equal(await store.find(newUserId()), null);
});

Deno.test("FR-009 T023 accepting makes a draft processing, with its image, run and job", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const draft = await store.insertDraft(newDraft());
  const asset = await store.accept(draft.id, ORIGINAL_URL);
  assert.ok(asset);
  const { updatedAt, ...rest } = asset;
  const { updatedAt: before, ...unchanged } = draft;
  assert.deepEqual(rest, {
    ...unchanged,
    ...{ status: "processing", run: 1, originalUrl: ORIGINAL_URL },
    processingJobId: jobIdOf(draft.id, 1),
  });
  assert.ok(updatedAt >= before);
});

Deno.test("accepting a second time, or what is no draft, is in vain", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id } = await store.insertDraft(newDraft());
  assert.ok(await store.accept(id, ORIGINAL_URL));
  assert.equal(await store.accept(id, "https://b.example.com"), null);
  assert.equal(await store.accept(newUserId(), ORIGINAL_URL), null);
  assert.equal((await store.find(id))?.originalUrl, ORIGINAL_URL);
  const failed = await begin(store);
  assert.ok(await store.fail(failed.id, failed.jobId, FAILURE, lastAttempt(), newStamp()));
  assert.equal(await store.accept(failed.id, ORIGINAL_URL), null);
});

Deno.test("each call of the run that is under way is counted", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id, jobId } = await accept(store);
  assert.equal((await store.claimCall(id, jobId, newStamp(), 3))?.aiCalls, 1);
  assert.equal((await store.claimCall(id, jobId, newStamp(), 3))?.aiCalls, 2);
  assert.equal((await store.find(id))?.aiCalls, 2);
});

Deno.test("no call is counted beyond as many as the run may make", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id, jobId } = await accept(store);
  const stamp = newStamp();
  await store.claimCall(id, jobId, newStamp(), 2);
  const second = await store.claimCall(id, jobId, stamp, 2);
  assert.equal(await store.claimCall(id, jobId, newStamp(), 2), null);
  assert.deepEqual(await store.claimCall(id, jobId, stamp, 2), second);
  await store.releaseCall(id, jobId, stamp);
  assert.equal((await store.claimCall(id, jobId, newStamp(), 2))?.aiCalls, 2);
});

Deno.test("no call is counted of another run, a draft, a settled asset or none", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  const { id, jobId } = await accept(store);
  const draft = await store.insertDraft(newDraft());
  const nobody = newUserId();
  assert.equal(await store.claimCall(id, jobIdOf(id, 2), newStamp(), 3), null);
  assert.equal(await store.claimCall(draft.id, jobIdOf(draft.id, 1), newStamp(), 3), null);
  assert.equal(await store.claimCall(nobody, jobIdOf(nobody, 1), newStamp(), 3), null);
  await store.activate(id, jobId, ANALYSIS, newStamp());
  assert.equal(await store.claimCall(id, jobId, newStamp(), 3), null);
  assert.equal((await store.find(id))?.aiCalls, 0);
});

Deno.test("a submission that no worker has begun can be withdrawn and then deleted", async () => {
  await using database = await openTestDatabase();
  const { store, raw } = database;
  const draft = await store.insertDraft(newDraft());
  const { id } = await accept(store);
  for (const unaccepted of [draft.id, id]) {
    const withdrawn = await store.withdraw(unaccepted);
    assert.equal(withdrawn?.status, "draft");
    assert.equal(withdrawn.run, 0);
    assert.equal(withdrawn.processingJobId, undefined);
    assert.equal(await store.find(unaccepted), null);
    await store.deleteDraft(unaccepted);
    assert.equal(await store.withdraw(unaccepted), null);
  }
  assert.equal(await raw.countDocuments(), 0);
});

Deno.test("a submission that a worker has begun or ended stays", async () => {
  await using database = await openTestDatabase();
  const { store, raw } = database;
  const begun = await begin(store);
  const active = await accept(store);
  await store.activate(active.id, active.jobId, ANALYSIS, newStamp());
  const failed = await accept(store);
  await store.fail(failed.id, failed.jobId, FAILURE, lastAttempt(), newStamp());
  const retried = await accept(store);
  const retriedFailed = await store.fail(
    retried.id,
    retried.jobId,
    FAILURE,
    lastAttempt(),
    newStamp(),
  );
  assert.ok(
    retriedFailed && await store.rerun(retriedFailed, { requestId: "request-2" }, newStamp()),
  );
  for (const { id } of [begun, active, failed, retried]) {
    assert.equal(await store.withdraw(id), null);
    await store.deleteDraft(id);
  }
  assert.equal(await raw.countDocuments(), 4);
});

Deno.test("what the schema does not know is refused, as a fault of ours", async () => {
  await using database = await openTestDatabase();
  const { store, raw } = database;
  const bad: unknown[] = [
    { ...newDraft(), surprise: 1 },
    { ...newDraft(), category: "hats" },
    { ...newDraft(), userId: "nobody" },
    { category: "lego", requestId: "request-1" },
  ];
  for (const draft of bad) {
    const error = await failureOf(store.insertDraft(draft as NewDraft));
    assert.ok(!(error instanceof AssetError), Deno.inspect(error));
  }
  assert.equal(await raw.countDocuments(), 0);
  const { id, jobId } = await begin(store);
  const surprising = { ...ANALYSIS, surprise: 1 } as typeof ANALYSIS;
  assert.ok(
    !(await failureOf(store.activate(id, jobId, surprising, newStamp())) instanceof AssetError),
  );
  assert.equal((await store.find(id) as Asset).status, "processing");
});

Deno.test("the indexes of the data model are there once they are made, however often", async () => {
  await using database = await openTestDatabase();
  const { store, raw } = database;
  await store.createIndexes();
  await store.createIndexes();
  const indexes = (await raw.indexes()).map(({ key, sparse = false }) => ({ key, sparse }));
  for (
    const expected of [
      { key: { userId: 1 }, sparse: false },
      { key: { status: 1 }, sparse: false },
      { key: { processingJobId: 1 }, sparse: true },
    ]
  ) {
    assert.ok(
      indexes.some((index) => JSON.stringify(index) === JSON.stringify(expected)),
      Deno.inspect({ expected, indexes }),
    );
  }
});

Deno.test("what was withdrawn cannot be accepted by an update that MongoDB comes to only then", async () => {
  await using database = await openTestDatabase();
  const { store } = database;
  for (const isAccepted of [true, false]) {
    const { id } = await store.insertDraft(newDraft());
    if (isAccepted) await store.accept(id, ORIGINAL_URL);
    assert.ok(await store.withdraw(id));
    assert.equal(await store.accept(id, ORIGINAL_URL), null);
    assert.equal(await store.find(id), null);
    assert.deepEqual((await store.tombstones(10)).map((draft) => draft.id), [id]);
    await store.deleteDraft(id);
    assert.deepEqual(await store.tombstones(10), []);
  }
});
