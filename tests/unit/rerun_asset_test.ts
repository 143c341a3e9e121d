import assert from "node:assert/strict";
import type { Asset } from "../../src/assets/asset.ts";
import { AssetError } from "../../src/assets/errors.ts";
import type { Actor } from "../../src/assets/ports.ts";
import { replayDeadLetter, retryAsset } from "../../src/assets/rerun_asset.ts";
import { settleFailure } from "../../src/assets/settle_failure.ts";
import { assetErrorOf } from "../support/failures.ts";
import {
  type MemoryPorts,
  memoryPorts,
  storeProcessing,
  unavailable,
} from "../support/memory_ports.ts";
import { recordLogs } from "../support/recorded_logs.ts";
import { newUserId } from "../support/tokens.ts";

const REQUEST = { requestId: "request-2" };
const NEVER = new AbortController().signal;
const { logger } = recordLogs();

/** An asset whose first run failed, with its dead letter. */
async function failedAsset(ports: MemoryPorts) {
  const { asset, job } = storeProcessing(ports);
  await settleFailure(ports, job, new AssetError("ai_timeout", "Too slow"), NEVER, logger);
  return { asset, job, owner: { userId: asset.userId, isAdmin: false } };
}

const retry = (ports: MemoryPorts, actor: Actor, id: string) =>
  retryAsset(ports, actor, id, REQUEST, logger);
const replay = (ports: MemoryPorts, jobId: string) =>
  replayDeadLetter(ports, jobId, REQUEST, logger);

Deno.test("an owner's retry is a new run with a job of its own, and the dead letter goes", async () => {
  const ports = memoryPorts();
  const { asset, job, owner } = await failedAsset(ports);
  const queued = await retry(ports, owner, asset.id);
  const jobId = `asset-${asset.id}-2`;
  assert.deepEqual(queued, { assetId: asset.id, jobId });
  assert.deepEqual(ports.jobs.get(jobId), job.data);
  assert.deepEqual([...ports.letters], []);
  const { status, run, requestId } = ports.stored.get(asset.id) ?? asset;
  assert.deepEqual({ status, run, requestId }, { status: "processing", run: 2, ...REQUEST });
});

Deno.test("an admin's replay does the same, found by the job of the dead letter", async () => {
  const ports = memoryPorts();
  const { asset, job } = await failedAsset(ports);
  const queued = await replay(ports, job.id);
  assert.equal(queued.jobId, `asset-${asset.id}-2`);
  assert.deepEqual([...ports.letters], []);
  assert.deepEqual([...ports.jobs.keys()], [queued.jobId]);
});

Deno.test("whoever comes second, or to what has not failed, meets a conflict", async () => {
  const ports = memoryPorts();
  const { asset, job, owner } = await failedAsset(ports);
  await replay(ports, job.id);
  await assetErrorOf(replay(ports, job.id), "conflict");
  await assetErrorOf(retry(ports, owner, asset.id), "conflict");
  await assetErrorOf(replay(ports, `asset-${asset.id}-2`), "conflict");
  assert.equal(ports.jobs.size, 1);
});

Deno.test("nobody else's asset can be retried, not even by an admin; unknown jobs are not found", async () => {
  const ports = memoryPorts();
  const { asset } = await failedAsset(ports);
  const admin = { userId: newUserId(), isAdmin: true };
  await assetErrorOf(retry(ports, admin, asset.id), "not_found");
  await assetErrorOf(retry(ports, admin, newUserId()), "not_found");
  const unknown = [`asset-${newUserId()}-1`, `asset-${asset.id}-2`, "asset-1-1", "", "a:b"];
  for (const jobId of unknown) await assetErrorOf(replay(ports, jobId), "not_found");
});

Deno.test("while the queue is away nothing changes", async () => {
  const ports = memoryPorts();
  const { asset, owner } = await failedAsset(ports);
  const before = ports.stored.get(asset.id);
  ports.faults["queue.ping"] = unavailable;
  await assetErrorOf(retry(ports, owner, asset.id), "service_unavailable");
  assert.equal(ports.stored.get(asset.id), before);
});

Deno.test("a run that could not be queued is undone: the asset is failed as before", async () => {
  const ports = memoryPorts();
  const { asset, job, owner } = await failedAsset(ports);
  ports.faults["add"] = unavailable;
  await assetErrorOf(retry(ports, owner, asset.id), "service_unavailable");
  const { status, failure, processingJobId } = ports.stored.get(asset.id) ?? asset;
  assert.equal(status, "failed");
  assert.equal(failure?.code, "ai_timeout");
  assert.equal(processingJobId, job.id);
  assert.equal(ports.letters.size, 1);
  delete ports.faults["add"];
  assert.equal((await replay(ports, job.id)).jobId, `asset-${asset.id}-3`);
});

Deno.test("a run that a worker has begun stands, whatever became of the queue's answer", async () => {
  const ports = memoryPorts();
  const { asset, owner } = await failedAsset(ports);
  const jobId = `asset-${asset.id}-2`;
  ports.faults["add"] = async () => {
    await ports.assets.claimCall(asset.id, jobId, "stamp-9", 3);
    unavailable();
  };
  assert.deepEqual(await retry(ports, owner, asset.id), { assetId: asset.id, jobId });
});

Deno.test("a run whose beginning was acknowledged to nobody is undone", async () => {
  const ports = memoryPorts();
  const { asset, owner } = await failedAsset(ports);
  const { rerun } = ports.assets;
  ports.faults["rerun"] = async (...args) => {
    delete ports.faults["rerun"];
    await rerun(...args as Parameters<typeof rerun>);
    unavailable();
  };
  await assetErrorOf(retry(ports, owner, asset.id), "service_unavailable");
  assert.equal(ports.stored.get(asset.id)?.status, "failed");
  assert.equal(ports.jobs.size, 0);
});

Deno.test("what somebody else began is not undone", async () => {
  const ports = memoryPorts();
  const { asset, owner } = await failedAsset(ports);
  const { rerun } = ports.assets;
  ports.faults["rerun"] = async (failed) => {
    delete ports.faults["rerun"];
    await rerun(failed as Asset, REQUEST, "another-stamp");
    unavailable();
  };
  await assetErrorOf(retry(ports, owner, asset.id), "service_unavailable");
  assert.equal(ports.stored.get(asset.id)?.status, "processing");
});

Deno.test("when even undoing fails the first failure is told, the second logged", async () => {
  const ports = memoryPorts();
  const { asset, owner } = await failedAsset(ports);
  const { logger, lines } = recordLogs();
  ports.faults["add"] = unavailable;
  ports.faults["undoRerun"] = () => Promise.reject(new TypeError("On demand"));
  const retrying = retryAsset(ports, owner, asset.id, REQUEST, logger);
  await assetErrorOf(retrying, "service_unavailable");
  assert.deepEqual(lines.map(({ level }) => level), ["error"]);
});

Deno.test("a dead letter that cannot be removed from its queue does not hold up the run", async () => {
  const ports = memoryPorts();
  const { asset, owner } = await failedAsset(ports);
  ports.faults["deadLetters.remove"] = unavailable;
  await retry(ports, owner, asset.id);
  assert.equal(ports.jobs.size, 1);
});
