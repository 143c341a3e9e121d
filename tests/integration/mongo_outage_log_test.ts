import assert from "node:assert/strict";
import { createMongoOutageLog } from "../../src/database/mongo_outage_log.ts";
import { openTestDatabase } from "../support/test_database.ts";

const at = (ms: number) => new Date(1_800_000_000_000 + ms);
const held = (from: number, until: number) => ({ from: at(from), until: at(until) });

Deno.test("holds that follow each other are one outage, shorter ones and other workers' included", async () => {
  await using database = await openTestDatabase();
  const log = createMongoOutageLog(database.connection);
  for (const hold of [held(0, 3000), held(10, 3010), held(500, 1500), held(3700, 6700)]) {
    await log.note(hold);
  }
  assert.deepEqual(await log.since(at(0)), [held(0, 6700)]);
});

Deno.test("a hold long after the last one, or that began before it, is one of its own", async () => {
  await using database = await openTestDatabase();
  const log = createMongoOutageLog(database.connection);
  for (const hold of [held(0, 3000), held(5000, 8000), held(-90_000, 3000)]) await log.note(hold);
  assert.deepEqual(await log.since(at(0)), [
    ...[held(-90_000, 3000), held(0, 3000), held(5000, 8000)],
  ]);
  assert.deepEqual(await log.since(at(3000)), [held(5000, 8000)]);
});

Deno.test("outages are kept for a day", async () => {
  await using database = await openTestDatabase();
  await createMongoOutageLog(database.connection).createIndexes();
  const indexes = await database.connection.collection("ai_outages").indexes();
  const kept = indexes.find(({ key }) => key["until"])?.["expireAfterSeconds"];
  assert.equal(kept, 86_400);
});
