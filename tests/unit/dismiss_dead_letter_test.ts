import assert from "node:assert/strict";
import { type Asset, jobIdOf } from "../../src/assets/asset.ts";
import { dismissDeadLetter } from "../../src/assets/dismiss_dead_letter.ts";
import { AssetError } from "../../src/assets/errors.ts";
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

const stateOf = ({ stored }: MemoryPorts, { id }: Asset) => stored.get(id)?.deadLetter?.state;

Deno.test("a dismissed dead letter leaves its queue and can be replayed no more; its asset stays failed", async () => {
  const ports = memoryPorts();
  const { asset, job } = await failedAsset(ports);
  await dismissDeadLetter(ports, job.id, logger);
  assert.equal(stateOf(ports, asset), "dismissed");
  assert.equal(ports.stored.get(asset.id)?.status, "failed");
  assert.equal(ports.letters.size, 0);
  await assetErrorOf(replayDeadLetter(ports, job.id, REQUEST, logger), "conflict");
  await assetErrorOf(dismissDeadLetter(ports, job.id, logger), "not_found");
});

Deno.test("who settles the failure a second time does not bring it back", async () => {
  const ports = memoryPorts();
  const { job } = await failedAsset(ports);
  await dismissDeadLetter(ports, job.id, logger);
  await settleFailure(ports, job, new AssetError("ai_timeout", "Too slow"), NEVER, logger);
  assert.equal(ports.letters.size, 0);
});

Deno.test("its owner may still retry the asset; a failure of that run is a new dead letter", async () => {
  const ports = memoryPorts();
  const { asset, job, owner } = await failedAsset(ports);
  await dismissDeadLetter(ports, job.id, logger);
  const { jobId } = await retryAsset(ports, owner, asset.id, REQUEST, logger);
  await settleFailure(
    ...[ports, { ...job, id: jobId }, new AssetError("ai_timeout", "Too slow"), NEVER, logger],
  );
  assert.equal(stateOf(ports, asset), "listed");
  await assetErrorOf(dismissDeadLetter(ports, job.id, logger), "not_found");
  assert.deepEqual([...ports.letters.keys()], [jobId]);
});

Deno.test("a dismissal in the middle of the owner's retry does not refuse the retry", async () => {
  const ports = memoryPorts();
  const { asset, job, owner } = await failedAsset(ports);
  ports.faults["queue.ping"] = async () => {
    delete ports.faults["queue.ping"];
    await dismissDeadLetter(ports, job.id, logger);
  };
  const queued = await retryAsset(ports, owner, asset.id, REQUEST, logger);
  assert.equal(queued.jobId, jobIdOf(asset.id, 2));
});

Deno.test("nor does it come back when that retry cannot be queued", async () => {
  const ports = memoryPorts();
  const { asset, job, owner } = await failedAsset(ports);
  ports.faults["queue.ping"] = async () => {
    delete ports.faults["queue.ping"];
    await dismissDeadLetter(ports, job.id, logger);
  };
  ports.faults["add"] = unavailable;
  await assetErrorOf(
    retryAsset(ports, owner, asset.id, REQUEST, logger),
    "service_unavailable",
  );
  assert.equal(stateOf(ports, asset), "dismissed");
});

Deno.test("a dismissal in the middle of an admin's replay refuses the replay", async () => {
  const ports = memoryPorts();
  const { asset, job } = await failedAsset(ports);
  ports.faults["queue.ping"] = () => dismissDeadLetter(ports, job.id, logger);
  await assetErrorOf(replayDeadLetter(ports, job.id, REQUEST, logger), "conflict");
  assert.equal(stateOf(ports, asset), "dismissed");
  assert.equal(ports.jobs.size, 0);
});

Deno.test("what was replayed, is unknown, or is no job's id cannot be dismissed", async () => {
  const ports = memoryPorts();
  const { asset, job } = await failedAsset(ports);
  await replayDeadLetter(ports, job.id, REQUEST, logger);
  const others = [jobIdOf(asset.id, 2), jobIdOf(newUserId(), 1), "asset-1-1", "replay", ""];
  for (const jobId of [job.id, ...others]) {
    await assetErrorOf(dismissDeadLetter(ports, jobId, logger), "not_found");
  }
  assert.equal(ports.stored.get(asset.id)?.status, "processing");
});

Deno.test("while its queue is away a dead letter is dismissed all the same", async () => {
  const ports = memoryPorts();
  const { asset, job } = await failedAsset(ports);
  ports.faults["deadLetters.remove"] = unavailable;
  const { logger, lines } = recordLogs();
  await dismissDeadLetter(ports, job.id, logger);
  assert.equal(stateOf(ports, asset), "dismissed");
  assert.deepEqual(lines.map(({ level }) => level), ["info", "warn"]);
});
