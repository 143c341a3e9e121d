import assert from "node:assert/strict";
import { Types } from "mongoose";
import { createReconciler } from "../../src/assets/reconcile_assets.ts";
import { createMongoUnfinished } from "../../src/database/mongo_unfinished.ts";
import { createDeadLetterQueue } from "../../src/queue/dead_letter_queue.ts";
import { createQueueInspector } from "../../src/queue/queue_inspector.ts";
import { memoryPorts } from "../support/memory_ports.ts";
import { recordLogs } from "../support/recorded_logs.ts";
import { accept, openTestDatabase } from "../support/test_database.ts";
import { newJobData, openTestQueue } from "../support/test_queue.ts";
import { startTestWorker, untilEnded } from "../support/test_worker.ts";
import { AssetError } from "../../src/assets/errors.ts";

Deno.test("five reconcilers at once, each with the lease as it believes, repair everything once", async () => {
  await using database = await openTestDatabase();
  await using queue = await openTestQueue({ attempts: 1 });
  await using resources = new AsyncDisposableStack();
  const { store, connection, raw } = database;
  const assets = await Array.fromAsync({ length: 30 }, () => accept(store));
  const [completed, failed] = [assets.slice(0, 10), assets.slice(10, 20)];
  {
    await using _worker = await startTestWorker(queue, ({ id }) => {
      const isGood = completed.some(({ jobId }) => jobId === id);
      return isGood ? Promise.resolve() : Promise.reject(new AssetError("ai_rejected", "No"));
    });
    for (const { id, jobId } of [...completed, ...failed]) {
      await queue.jobs.add(jobId, newJobData({ assetId: id }));
    }
    await untilEnded(queue, "completed", 10);
    await untilEnded(queue, "failed", 10);
  }
  const createdAt = new Date(Date.now() - 3_600_000);
  await raw.updateMany({}, { $set: { createdAt, updatedAt: createdAt } });

  const redis = await queue.connect("fail");
  const { prefix, jobs } = queue;
  const { logger, lines } = recordLogs();
  const deadLetters = createDeadLetterQueue({ redis, prefix, logger });
  resources.defer(() => deadLetters.close());
  const { images, events, told, idempotencyKeys } = memoryPorts();
  const deps = {
    ...{ assets: store, queue: jobs, deadLetters, images, events, idempotencyKeys },
    unfinished: createMongoUnfinished(connection),
    inspector: createQueueInspector({ redis, prefix }),
    lease: { take: () => Promise.resolve(new Date()), release: () => Promise.resolve() },
  };
  const closing = new AbortController().signal;
  const rounds = Array.from(
    { length: 5 },
    () => createReconciler(deps, { afterMs: 60_000, closing, logger }),
  );
  for (let count = 0; count < 3; count++) await Promise.all(rounds.map((round) => round()));

  const waiting = (await queue.bull.getWaiting()).map(({ id }) => id);
  const expected = assets.slice(20).map(({ jobId }) => jobId);
  expected.push(...completed.map(({ id }) => `asset-${id}-2`));
  assert.deepEqual(waiting.sort(), expected.sort());
  assert.equal(told.length, 10);
  assert.equal(await deadLetters.count(), 10);
  const ids = failed.map(({ id }) => new Types.ObjectId(id));
  const documents = await raw.find({ _id: { $in: ids } }).toArray();
  assert.ok(
    documents.every(({ status, attempts }) => status === "failed" && attempts.length === 1),
  );
  const warnings = lines.filter(({ level }) => ["warn", "fatal"].includes(level));
  const messages = new Set(warnings.map(({ message }) => message));
  assert.deepEqual([...messages], [
    "Redis is new or has lost the queue: all unfinished assets are queued again",
  ]);
});
