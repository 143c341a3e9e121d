import assert from "node:assert/strict";
import { createMongoAssetStore } from "../../src/database/mongo_asset_store.ts";
import { createMongoIdempotencyKeys } from "../../src/database/mongo_idempotency_keys.ts";
import { purgeAsset } from "../../src/assets/purge_asset.ts";
import { type QueuedOnce, submitOnce, type SubmitOnceDeps } from "../../src/assets/submit_once.ts";
import { assetErrorOf } from "../support/failures.ts";
import { memoryPorts, unavailable } from "../support/memory_ports.ts";
import { recordLogs } from "../support/recorded_logs.ts";
import { stopAt } from "../support/stop_at.ts";
import { connectTo, openTestDatabase, type TestDatabase } from "../support/test_database.ts";
import { newUserId } from "../support/tokens.ts";

const UPLOAD_MS = 15_000;
const { logger } = recordLogs();

const STEPS = [
  ...["assets.insertDraft", "idempotencyKeys.claim", "images.put", "assets.accept"],
  ...["queue.add", "idempotencyKeys.markAccepted"],
];

/** One submission with a key, over and over, with its documents in the real database. */
function newSubject(database: TestDatabase) {
  const memory = memoryPorts();
  const idempotencyKeys = createMongoIdempotencyKeys(database.connection, { uploadMs: UPLOAD_MS });
  const deps = { ...memory, assets: database.store, idempotencyKeys };
  const keys = database.connection.collection("idempotency_keys");
  const submission = {
    ...{ userId: newUserId(), category: "lego", image: new Blob(["a picture"]) } as const,
    ...{ contentType: "image/png", requestId: "request-1" },
  };
  return {
    ...deps,
    submit: (ports: SubmitOnceDeps = deps) => submitOnce(ports, submission, "key-1", logger),
    keys,
    /** As if the time had passed in which the first request may be at work. */
    async endHold() {
      await keys.updateMany({}, { $set: { heldUntil: new Date(0) } });
    },
    /** Removes what was buried. */
    async purge() {
      for (const asset of await database.store.tombstones(10)) await purgeAsset(deps, asset);
    },
    /** The assets that were ever accepted and are still there. */
    async accepted() {
      const documents = await database.raw.find({ status: { $ne: "draft" } }).toArray();
      return documents.map(({ _id }) => String(_id));
    },
  };
}

for (const step of STEPS) {
  for (const when of ["before", "after"] as const) {
    Deno.test(`one that stands still ${when} ${step} for as long as it is taken over is accepted at most once`, async () => {
      await using database = await openTestDatabase();
      const subject = newSubject(database);
      const { submit, accepted, endHold, pictures, jobs } = subject;
      const stopped = stopAt<SubmitOnceDeps>(subject, step, when);
      const first = submit(stopped.deps);
      await stopped.reached;
      await endHold();
      const second = await submit();
      assert.deepEqual(await accepted(), [second.assetId]);

      // The dead one comes to life.
      stopped.resume();
      const [outcome] = await Promise.allSettled([first]);
      if (outcome.status === "fulfilled") assert.equal(outcome.value.assetId, second.assetId);
      else assert.equal(outcome.reason.code, "service_unavailable");
      assert.deepEqual(await accepted(), [second.assetId]);
      assert.deepEqual(await submit(), { ...second, isReplay: true });

      await subject.purge();
      assert.deepEqual([...jobs.keys()], [second.jobId]);
      const [picture = "", ...others] = pictures.keys();
      assert.ok(picture.startsWith(second.assetId));
      assert.deepEqual(others, []);
      assert.equal(await database.raw.countDocuments(), 1);
      assert.equal(await subject.keys.countDocuments(), 1);
    });
  }
}

Deno.test("a retry within the hold is told at once of what was accepted, and that a draft is being worked on", async () => {
  for (const step of STEPS) {
    for (const when of ["before", "after"] as const) {
      await using database = await openTestDatabase();
      const subject = newSubject(database);
      const stopped = stopAt<SubmitOnceDeps>(subject, step, when);
      const killed: { dead?: Promise<QueuedOnce> } = { dead: subject.submit(stopped.deps) };
      await stopped.reached;
      const isClaimed = await subject.keys.countDocuments() === 1;
      const [assetId] = await subject.accepted();
      const place = `${when} ${step}`;
      if (isClaimed && !assetId) {
        await assetErrorOf(subject.submit(), "idempotency_running");
        assert.deepEqual(await subject.accepted(), [], place);
      } else {
        const told = await subject.submit();
        assert.equal(told.isReplay, isClaimed, place);
        assert.deepEqual(await subject.accepted(), [told.assetId], place);
        if (assetId) assert.equal(told.assetId, assetId, place);
      }
      assert.ok(killed.dead);
    }
  }
});

Deno.test("of two that take over at once one is accepted", async () => {
  await using database = await openTestDatabase();
  const subject = newSubject(database);
  const stopped = stopAt<SubmitOnceDeps>(subject, "images.put", "before");
  void subject.submit(stopped.deps);
  await stopped.reached;
  await subject.endHold();
  const taker = stopAt<SubmitOnceDeps>(subject, "idempotencyKeys.claim", "before");
  const slower = subject.submit(taker.deps);
  await taker.reached;
  const { assetId } = await subject.submit();
  taker.resume();
  assert.equal((await slower).assetId, assetId);
  assert.deepEqual(await subject.accepted(), [assetId]);
});

Deno.test("one that dies in its take-over leaves the key to the next, also when the draft is purged by then", async () => {
  await using database = await openTestDatabase();
  const subject = newSubject(database);
  const stopped = stopAt<SubmitOnceDeps>(subject, "images.put", "before");
  void subject.submit(stopped.deps);
  await stopped.reached;
  await subject.endHold();
  const taker = stopAt<SubmitOnceDeps>(subject, "idempotencyKeys.claim", "before");
  void subject.submit(taker.deps);
  await taker.reached;
  await subject.purge();
  const { assetId, isReplay } = await subject.submit();
  assert.equal(isReplay, false);
  assert.deepEqual(await subject.accepted(), [assetId]);
});

Deno.test("what another process told of, the first cannot withdraw any more", async () => {
  await using database = await openTestDatabase();
  const subject = newSubject(database);
  const stopped = stopAt<SubmitOnceDeps>(subject, "queue.add", "before");
  const first = subject.submit(stopped.deps);
  await stopped.reached;
  const told = await subject.submit();
  subject.faults["add"] = unavailable;
  stopped.resume();
  assert.deepEqual(await first, { ...told, isReplay: false });
  assert.deepEqual(await subject.accepted(), [told.assetId]);
});

Deno.test("of many equal requests by two processes at once one is accepted, in every round", async () => {
  await using database = await openTestDatabase();
  const second = await connectTo(database.uri);
  await using _closing = { [Symbol.asyncDispose]: () => second.close() };
  const assets = createMongoAssetStore(second);
  const idempotencyKeys = createMongoIdempotencyKeys(second, { uploadMs: UPLOAD_MS });
  for (let round = 0; round < 20; round++) {
    await database.raw.deleteMany({});
    const subject = newSubject(database);
    const other = { ...subject, assets, idempotencyKeys };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => subject.submit(n % 2 === 0 ? undefined : other)),
    );
    const [assetId, ...others] = await subject.accepted();
    assert.ok(assetId);
    assert.deepEqual(others, []);
    const fulfilled = outcomes.filter((outcome) => outcome.status === "fulfilled");
    assert.equal(fulfilled.filter(({ value }) => !value.isReplay).length, 1);
    assert.ok(fulfilled.every(({ value }) => value.assetId === assetId));
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") assert.equal(outcome.reason.code, "idempotency_running");
    }
    assert.equal(await database.raw.countDocuments(), 1);
  }
});

Deno.test("an asset that was accepted, deleted and purged before anybody asked again is not made anew", async () => {
  await using database = await openTestDatabase();
  const subject = newSubject(database);
  const stopped = stopAt<SubmitOnceDeps>(subject, "queue.add", "after");
  void subject.submit(stopped.deps);
  await stopped.reached;
  const [id = ""] = await subject.accepted();
  const { userId = "" } = await database.store.find(id) ?? {};
  await database.store.bury(id, userId);
  await subject.purge();
  assert.equal(await database.raw.countDocuments(), 0);
  await subject.endHold();
  const { assetId, isReplay } = await subject.submit();
  assert.deepEqual([assetId, isReplay], [id, true]);
  assert.equal(await database.raw.countDocuments(), 0);
});

Deno.test("a purge in the midst of a take-over is seen by it", async () => {
  await using database = await openTestDatabase();
  const subject = newSubject(database);
  const stopped = stopAt<SubmitOnceDeps>(subject, "queue.add", "after");
  void subject.submit(stopped.deps);
  await stopped.reached;
  await subject.endHold();
  const retry = stopAt<SubmitOnceDeps>(subject, "idempotencyKeys.find", "after");
  const retried = subject.submit(retry.deps);
  await retry.reached;
  const [id = ""] = await subject.accepted();
  const { userId = "" } = await database.store.find(id) ?? {};
  await database.store.bury(id, userId);
  await subject.purge();
  retry.resume();
  assert.deepEqual(await retried, { assetId: id, jobId: `asset-${id}-1`, isReplay: true });
  assert.equal(await database.raw.countDocuments(), 0);
});

Deno.test("a buried asset that is not purged yet was accepted; a buried draft was not", async () => {
  await using database = await openTestDatabase();
  const subject = newSubject(database);
  const stopped = stopAt<SubmitOnceDeps>(subject, "queue.add", "before");
  void subject.submit(stopped.deps);
  await stopped.reached;
  const [id = ""] = await subject.accepted();
  const { userId = "" } = await database.store.find(id) ?? {};
  await database.store.bury(id, userId);
  const { assetId, isReplay } = await subject.submit();
  assert.deepEqual([assetId, isReplay], [id, true]);
  assert.deepEqual([...subject.jobs], []);
});
