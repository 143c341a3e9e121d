import assert from "node:assert/strict";
import { type Asset, type FailureCode, jobIdOf } from "../../src/assets/asset.ts";
import { type BulkReplay, replayDeadLetters } from "../../src/assets/replay_dead_letters.ts";
import { assetErrorOf } from "../support/failures.ts";
import {
  type MemoryPorts,
  memoryPorts,
  newAsset,
  storeProcessing,
  unavailable,
} from "../support/memory_ports.ts";
import { recordLogs } from "../support/recorded_logs.ts";

const REQUEST = { requestId: "request-2" };
const ALL = { limit: 100, dryRun: false };
const { logger } = recordLogs();

/** Failed assets with listed dead letters, a second apart; who failed first comes first. */
function storeFailed(ports: MemoryPorts, count: number, code: FailureCode = "ai_timeout"): Asset[] {
  return Array.from({ length: count }, (_, second) => {
    const { asset } = storeProcessing(ports);
    const failed: Asset = {
      ...asset,
      status: "failed",
      settledAt: new Date(second * 1000),
      failure: { code, message: "Too slow.", retryable: true },
      deadLetter: { state: "listed", message: "Too slow" },
    };
    ports.stored.set(failed.id, failed);
    return failed;
  });
}

const replay = (ports: MemoryPorts, wanted: Partial<BulkReplay> = {}) =>
  replayDeadLetters(ports, { ...ALL, ...wanted }, REQUEST, logger);

const queuedAssets = ({ jobs }: MemoryPorts) => [...jobs.values()].map(({ assetId }) => assetId);
const ids = (assets: readonly Asset[]) => assets.map(({ id }) => id);

Deno.test("a bulk replay makes one new run of each dead letter, by the request that asked", async () => {
  const ports = memoryPorts();
  const failed = storeFailed(ports, 20);
  assert.deepEqual(await replay(ports), { matched: 20, replayed: 20 });
  assert.deepEqual([...ports.jobs.keys()].sort(), ids(failed).map((id) => jobIdOf(id, 2)).sort());
  for (const { status, requestId } of ports.stored.values()) {
    assert.deepEqual({ status, requestId }, { status: "processing", ...REQUEST });
  }
  assert.deepEqual(await replay(ports), { matched: 0, replayed: 0 });
});

Deno.test("it takes those that failed for the reason, strictly earlier than the time, the oldest first", async () => {
  const ports = memoryPorts();
  const failed = storeFailed(ports, 6);
  storeFailed(ports, 6, "ai_rejected");
  ports.stored.set("young", newAsset({ id: "young" }));
  const wanted = { reason: "ai_timeout", olderThan: new Date(4000) } as const;
  assert.deepEqual(await replay(ports, { ...wanted, limit: 3 }), { matched: 4, replayed: 3 });
  assert.deepEqual(queuedAssets(ports), ids(failed.slice(0, 3)));
  assert.deepEqual(await replay(ports, wanted), { matched: 1, replayed: 1 });
  assert.deepEqual(queuedAssets(ports), ids(failed.slice(0, 4)));
});

Deno.test("a dry run tells how many match, and changes nothing", async () => {
  const ports = memoryPorts();
  storeFailed(ports, 5);
  const before = new Map(ports.stored);
  assert.deepEqual(await replay(ports, { dryRun: true }), { matched: 5, replayed: 0 });
  assert.deepEqual(await replay(ports, { dryRun: true, limit: 2 }), { matched: 5, replayed: 0 });
  assert.deepEqual(ports.stored, before);
  assert.deepEqual(new Set(ports.calls), new Set(["countDeadLetters"]));
});

Deno.test("what somebody else takes meanwhile is not counted", async () => {
  const ports = memoryPorts();
  storeFailed(ports, 30);
  const answers = await Promise.all([replay(ports), replay(ports), replay(ports)]);
  assert.deepEqual(answers.map(({ matched }) => matched), [30, 30, 30]);
  assert.equal(answers.reduce((sum, { replayed }) => sum + replayed, 0), 30);
  assert.equal(ports.jobs.size, 30);
});

Deno.test("an outage half-way ends it: what was replayed is told, the rest is as it was", async () => {
  const ports = memoryPorts();
  storeFailed(ports, 100);
  const { add } = ports.queue;
  let added = 0;
  ports.faults["add"] = (jobId, data) => {
    if (++added > 10) unavailable();
    ports.jobs.set(jobId as string, data as Parameters<typeof add>[1]);
  };
  assert.deepEqual(await replay(ports), { matched: 100, replayed: 10 });
  assert.equal(ports.jobs.size, 10);
  const statuses = [...ports.stored.values()].map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === "failed").length, 90);
  assert.ok(added < 30, "it went on in spite of the outage");

  delete ports.faults["add"];
  assert.deepEqual(await replay(ports), { matched: 90, replayed: 90 });
});

Deno.test("when nothing could be replayed the failure is told", async () => {
  const ports = memoryPorts();
  storeFailed(ports, 20);
  const before = new Map(ports.stored);
  ports.faults["queue.ping"] = unavailable;
  await assetErrorOf(replay(ports), "service_unavailable");
  assert.deepEqual(ports.stored, before);
});

Deno.test("one that cannot be replayed does not keep the others from it", async () => {
  const ports = memoryPorts();
  const [broken] = storeFailed(ports, 20);
  const { originalUrl: _, ...rest } = broken as Asset;
  ports.stored.set(rest.id, rest);
  const { logger, lines } = recordLogs();
  const answer = await replayDeadLetters(ports, ALL, REQUEST, logger);
  assert.deepEqual(answer, { matched: 20, replayed: 19 });
  assert.equal(ports.stored.get(rest.id)?.status, "failed");
  const [warning] = lines.filter(({ level }) => level === "warn");
  assert.equal(warning?.fields["assetId"], rest.id);
});
