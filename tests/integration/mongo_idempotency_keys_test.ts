import assert from "node:assert/strict";
import { createMongoIdempotencyKeys } from "../../src/database/mongo_idempotency_keys.ts";
import { assetErrorOf } from "../support/failures.ts";
import { openTestDatabase, type TestDatabase } from "../support/test_database.ts";
import { newUserId } from "../support/tokens.ts";

const UPLOAD_MS = 15_000;
const HOLD_MS = UPLOAD_MS + 15_000;
const DAY_MS = 24 * 60 * 60 * 1000;

function newKeys({ connection }: TestDatabase) {
  return {
    ...createMongoIdempotencyKeys(connection, { uploadMs: UPLOAD_MS }),
    raw: connection.collection("idempotency_keys"),
    use: { userId: newUserId(), key: "key-1", digest: "a".repeat(64) },
  };
}

Deno.test("a claimed key tells for what and that it is held; a second claim is refused", async () => {
  await using database = await openTestDatabase();
  const { use, ...keys } = newKeys(database);
  const [assetId, other] = [newUserId(), newUserId()];
  assert.equal(await keys.find(use.userId, use.key), null);
  assert.equal(await keys.claim(use, assetId), true);
  assert.equal(await keys.claim({ ...use, digest: "b".repeat(64) }, other), false);
  const entry = { assetId, digest: use.digest, isAccepted: false, isHeld: true };
  assert.deepEqual(await keys.find(use.userId, use.key), entry);
  // As when the answer to the claim was lost.
  assert.equal(await keys.claim(use, assetId), true);
  assert.equal(await keys.raw.countDocuments(), 1);
});

Deno.test("of many claims at once one is made, also before there is any index", async () => {
  await using database = await openTestDatabase();
  const { use, ...keys } = newKeys(database);
  const claims = Array.from({ length: 30 }, () => keys.claim(use, newUserId()));
  assert.equal((await Promise.all(claims)).filter((isMade) => isMade).length, 1);
  assert.equal(await keys.raw.countDocuments(), 1);
});

Deno.test("hold and age go by the clock of MongoDB", async () => {
  await using database = await openTestDatabase();
  const { use, ...keys } = newKeys(database);
  await keys.claim(use, newUserId());
  const [document] = await keys.raw.aggregate([{
    $project: {
      held: { $subtract: ["$heldUntil", "$$NOW"] },
      kept: { $subtract: ["$expiresAt", "$heldUntil"] },
    },
  }]).toArray();
  assert.ok(document);
  assert.ok(document["held"] > UPLOAD_MS, `It is held for ${document["held"]} ms`);
  assert.equal(document["kept"] + HOLD_MS, DAY_MS);
  await keys.raw.updateMany({}, [{ $set: { heldUntil: "$$NOW" } }]);
  assert.equal((await keys.find(use.userId, use.key))?.isHeld, false);
});

Deno.test("a take-over replaces the dead draft once, and never what is known to be accepted", async () => {
  await using database = await openTestDatabase();
  const { use, ...keys } = newKeys(database);
  const [dead, second, third] = [newUserId(), newUserId(), newUserId()];
  await keys.claim(use, dead);
  await keys.raw.updateMany({}, { $set: { heldUntil: new Date(0) } });
  const digest = "b".repeat(64);
  assert.equal(await keys.claim({ ...use, digest }, second, dead), true);
  assert.equal(await keys.claim(use, third, dead), false);
  const entry = { assetId: second, digest, isAccepted: false, isHeld: true };
  assert.deepEqual(await keys.find(use.userId, use.key), entry);

  await keys.release(dead);
  await keys.markAccepted(dead);
  assert.deepEqual(await keys.find(use.userId, use.key), entry);
  await keys.markAccepted(second);
  assert.equal(await keys.claim(use, third, second), false);
  await keys.release(second);
  assert.deepEqual(await keys.find(use.userId, use.key), { ...entry, isAccepted: true });
});

Deno.test("a take-over of a key that was freed meanwhile makes none", async () => {
  await using database = await openTestDatabase();
  const { use, ...keys } = newKeys(database);
  const dead = newUserId();
  await keys.claim(use, dead);
  await keys.release(dead);
  assert.equal(await keys.find(use.userId, use.key), null);
  assert.equal(await keys.claim(use, newUserId(), dead), false);
  assert.equal(await keys.raw.countDocuments(), 0);
});

Deno.test("MongoDB removes keys by their age, and finds them by their asset", async () => {
  await using database = await openTestDatabase();
  const keys = newKeys(database);
  await keys.createIndexes();
  const indexes = await keys.raw.indexes();
  const expiry = indexes.find(({ key }) => "expiresAt" in key);
  assert.equal(expiry?.expireAfterSeconds, 0);
  assert.ok(indexes.find(({ key }) => "assetId" in key)?.unique);
});

Deno.test("without MongoDB everything says that it is away", async () => {
  const database = await openTestDatabase();
  const { use, ...keys } = newKeys(database);
  await database[Symbol.asyncDispose]();
  const id = newUserId();
  for (
    const call of [
      () => keys.find(use.userId, use.key),
      () => keys.claim(use, id),
      () => keys.markAccepted(id),
      () => keys.release(id),
    ]
  ) await assetErrorOf(call(), "service_unavailable");
});
