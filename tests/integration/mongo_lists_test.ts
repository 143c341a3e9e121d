import assert from "node:assert/strict";
import { Types } from "mongoose";
import type { Asset, Category, Status } from "../../src/assets/asset.ts";
import { listAssets, listDeadLetters } from "../../src/assets/read_assets.ts";
import type { Position } from "../../src/assets/ports.ts";
import {
  begin,
  CAUSE,
  FAILURE,
  lastAttempt,
  newStamp,
  openTestDatabase,
} from "../support/test_database.ts";
import type { TestDatabase } from "../support/test_database.ts";
import { newUserId } from "../support/tokens.ts";

interface Stored {
  readonly userId: string;
  readonly status?: Status;
  readonly category?: Category;
  readonly createdAt?: Date;
}

/** Puts an asset into the database, past the store; returns its id. */
async function put({ raw }: TestDatabase, { userId, ...fields }: Stored): Promise<string> {
  const _id = new Types.ObjectId();
  const now = new Date();
  await raw.insertOne({
    ...{ _id, userId: new Types.ObjectId(userId), status: "active", category: "lego" },
    ...{ run: 1, aiCalls: 0, attempts: [], imageName: "x", requestId: "request-1" },
    ...{ createdAt: now, updatedAt: now, ...fields },
  });
  return _id.toHexString();
}

/** All pages of a list, one after the other. */
async function allPages<T>(
  read: (after: Position | undefined) => Promise<{ items: readonly T[]; next: Position | null }>,
): Promise<T[][]> {
  const pages: T[][] = [];
  let after: Position | undefined;
  do {
    const { items, next } = await read(after);
    pages.push([...items]);
    after = next ?? undefined;
  } while (after);
  return pages;
}

const ids = (assets: readonly Asset[]) => assets.map(({ id }) => id);

Deno.test("a user's list is newest first, in pages, and has nobody else's assets and no drafts", async () => {
  await using database = await openTestDatabase();
  const actor = { userId: newUserId(), isAdmin: true };
  const { userId } = actor;
  const expected: string[] = [];
  for (let second = 0; second < 3; second++) {
    const createdAt = new Date(second * 1000);
    const twins = [await put(database, { userId, createdAt })];
    twins.push(await put(database, { userId, createdAt }));
    expected.unshift(...twins.sort().reverse());
    await put(database, { userId: newUserId(), createdAt });
    await put(database, { userId, status: "draft", createdAt });
  }
  const deps = { assets: database.store };
  for (const limit of [1, 2, 4, 6, 100]) {
    const pages = await allPages((after) => listAssets(deps, actor, { limit, after }));
    assert.equal(pages.length, Math.ceil(expected.length / limit));
    assert.deepEqual(ids(pages.flat()), expected, `limit ${limit}`);
  }
});

Deno.test("a list goes on at its place while assets are added and removed", async () => {
  await using database = await openTestDatabase();
  const { store: assets } = database;
  const actor = { userId: newUserId(), isAdmin: false };
  const { userId } = actor;
  const [oldest, middle, newest] = [
    await put(database, { userId, createdAt: new Date(1000) }),
    await put(database, { userId, createdAt: new Date(2000) }),
    await put(database, { userId, createdAt: new Date(3000) }),
  ];
  const first = await listAssets({ assets }, actor, { limit: 2 });
  assert.deepEqual(ids(first.items), [newest, middle]);
  await put(database, { userId, createdAt: new Date(4000) });
  assert.ok(await assets.bury(middle, userId));
  assert.ok(first.next);
  const second = await listAssets({ assets }, actor, { limit: 2, after: first.next });
  assert.deepEqual(ids(second.items), [oldest]);
  assert.equal(second.next, null);
});

Deno.test("a list can be narrowed to a status, a category or both", async () => {
  await using database = await openTestDatabase();
  const { store: assets } = database;
  const actor = { userId: newUserId(), isAdmin: false };
  const { userId } = actor;
  const active = await put(database, { userId, createdAt: new Date(1000) });
  const camera = await put(database, { userId, category: "camera", createdAt: new Date(2000) });
  const failed = await put(database, { userId, status: "failed", createdAt: new Date(3000) });
  await put(database, { userId, status: "draft" });
  const listed = async (filter: { status?: Status; category?: Category }) =>
    ids((await listAssets({ assets }, actor, { limit: 10, ...filter })).items);
  assert.deepEqual(await listed({}), [failed, camera, active]);
  assert.deepEqual(await listed({ status: "active" }), [camera, active]);
  assert.deepEqual(await listed({ category: "lego" }), [failed, active]);
  assert.deepEqual(await listed({ status: "active", category: "lego" }), [active]);
  for (const status of ["draft", "partial", "archived"] as const) {
    assert.deepEqual(await listed({ status }), [], status);
  }
});

Deno.test("FR-004 US4.2 the dead letters are those of all users that are listed, latest failure first", async () => {
  await using database = await openTestDatabase();
  const { store: assets, raw } = database;
  const failed: string[] = [];
  for (let count = 0; count < 5; count++) {
    const { id, jobId } = await begin(assets);
    assert.ok(await assets.fail(id, jobId, FAILURE, lastAttempt(), newStamp()));
    failed.unshift(jobId);
    const settledAt = new Date(count * 1000);
    await raw.updateOne({ _id: new Types.ObjectId(id) }, { $set: { settledAt } });
  }
  const [dismissed, ...listed] = failed;
  await raw.updateOne({ processingJobId: dismissed }, {
    $set: { "deadLetter.state": "dismissed" },
  });
  await begin(assets);
  for (const limit of [1, 2, 4, 100]) {
    const pages = await allPages((after) => listDeadLetters({ assets }, { limit, after }));
    const letters = pages.flat();
    assert.deepEqual(letters.map(({ jobId }) => jobId), listed, `limit ${limit}`);
    for (const { reason, message } of letters) {
      assert.deepEqual({ reason, message }, { reason: FAILURE.code, message: CAUSE });
    }
  }
});
