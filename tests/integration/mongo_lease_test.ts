import assert from "node:assert/strict";
import type { Lease } from "../../src/assets/reconcile_ports.ts";
import { createMongoLease } from "../../src/database/mongo_lease.ts";
import { connectTo, openTestDatabase, type TestDatabase } from "../support/test_database.ts";
import { assetErrorOf } from "../support/failures.ts";
import { until } from "../support/until.ts";

const HOUR = 3_600_000;

function open({ connection }: TestDatabase, ttlMs = HOUR): Lease {
  return createMongoLease(connection, { name: "test", ttlMs });
}

Deno.test("one of many takes the lease, and keeps it for as long as it takes it again", async () => {
  await using database = await openTestDatabase();
  const leases = Array.from({ length: 5 }, () => open(database));
  for (let rounds = 0; rounds < 3; rounds++) {
    const taken = await Promise.all(leases.map((lease) => lease.take()));
    const [holder, ...others] = leases.filter((_, place) => taken[place]);
    assert.ok(holder);
    assert.deepEqual(others, []);
    assert.ok(await holder.take());
  }
});

Deno.test("a lease that was released is the next one's at once; only its holder releases it", async () => {
  await using database = await openTestDatabase();
  const [first, second] = [open(database), open(database)];
  assert.ok(await first.take());
  await second.release();
  assert.equal(await second.take(), null);
  await first.release();
  assert.ok(await second.take());
  assert.equal(await first.take(), null);
});

Deno.test("a lease whose holder says nothing any more ends by the server's clock", async () => {
  await using database = await openTestDatabase();
  const [first, second] = [open(database, 300), open(database)];
  const [takenAt, serverTime] = [await first.take(), await timeOf(database)];
  assert.ok(takenAt && takenAt <= serverTime);
  const isTaken = async () => await second.take();
  const next = await until("the lease to end", isTaken);
  assert.ok(next.getTime() >= takenAt.getTime() + 300);
  assert.equal(await first.take(), null);
});

Deno.test("leases of different names are independent", async () => {
  await using database = await openTestDatabase();
  const other = createMongoLease(database.connection, { name: "other", ttlMs: HOUR });
  assert.ok(await open(database).take());
  assert.ok(await other.take());
});

Deno.test("without MongoDB nobody gets the lease", async () => {
  await using database = await openTestDatabase();
  const connection = await connectTo(database.uri);
  const lease = createMongoLease(connection, { name: "test", ttlMs: HOUR });
  await connection.close();
  await assetErrorOf(lease.take(), "service_unavailable");
  await assetErrorOf(lease.release(), "service_unavailable");
});

async function timeOf({ connection }: TestDatabase): Promise<Date> {
  const { localTime } = await connection.db?.admin().command({ hello: 1 }) ?? {};
  assert.ok(localTime instanceof Date);
  return localTime;
}
