import assert from "node:assert/strict";
import { deleteAsset, purgeAsset } from "../../src/assets/purge_asset.ts";
import { assetErrorOf } from "../support/failures.ts";
import {
  type MemoryPorts,
  memoryPorts,
  storeProcessing,
  unavailable,
} from "../support/memory_ports.ts";
import { memoryReconciler } from "../support/memory_reconciler.ts";
import { newUserId } from "../support/tokens.ts";

/** An asset in its third run, with all that can belong to one. */
function storeWhole(ports: MemoryPorts) {
  const { asset, job } = storeProcessing(ports, { run: 3 });
  ports.pictures.set(asset.imageName, { contentType: "image/png", text: "a picture" });
  for (const run of [1, 2, 3]) ports.jobs.set(`asset-${asset.id}-${run}`, job.data);
  const owner = { userId: asset.userId, isAdmin: false };
  return { asset, owner };
}

function left({ stored, buried, pictures, jobs, letters }: MemoryPorts): number {
  return [stored, buried, pictures, jobs, letters].reduce((sum, { size }) => sum + size, 0);
}

Deno.test("deleting hides the asset at once and asks nobody but the database", async () => {
  const ports = memoryPorts();
  const { asset, owner } = storeWhole(ports);
  await deleteAsset(ports, owner, asset.id);
  assert.deepEqual(ports.calls, ["bury"]);
  assert.equal(await ports.assets.find(asset.id), null);
});

Deno.test("only its owner deletes an asset; to others, also admins, it does not exist", async () => {
  const ports = memoryPorts();
  const { asset, owner } = storeWhole(ports);
  const admin = { userId: newUserId(), isAdmin: true };
  await assetErrorOf(deleteAsset(ports, admin, asset.id), "not_found");
  await deleteAsset(ports, owner, asset.id);
  await assetErrorOf(deleteAsset(ports, owner, asset.id), "not_found");
});

Deno.test("purging removes the jobs of all runs, the image and the document, which goes last", async () => {
  const ports = memoryPorts();
  const { asset, owner } = storeWhole(ports);
  const buried = await deleteAsset(ports, owner, asset.id);
  assert.equal(await purgeAsset(ports, buried), true);
  assert.equal(left(ports), 0);
  assert.equal(ports.calls.at(-1), "deleteTombstone");
  assert.equal(await purgeAsset(ports, buried), true);
});

Deno.test("while a worker has the job, everything stays for the next time", async () => {
  const ports = memoryReconciler();
  const { asset, owner } = storeWhole(ports);
  const buried = await deleteAsset(ports, owner, asset.id);
  ports.faults["queue.remove"] = () => false;
  assert.equal(await purgeAsset(ports, buried), false);
  assert.equal(ports.pictures.size, 1);
  delete ports.faults["queue.remove"];
  await ports.round();
  assert.equal(left(ports), 0);
});

for (const step of ["queue.remove", "deadLetters.remove", "remove", "deleteTombstone"]) {
  Deno.test(`a purge that fails at ${step} is logged, holds up no other, and is repeated`, async () => {
    const ports = memoryReconciler();
    for (const { asset, owner } of [storeWhole(ports), storeWhole(ports)]) {
      await deleteAsset(ports, owner, asset.id);
    }
    ports.faults[step] = () => {
      delete ports.faults[step];
      unavailable();
    };
    await ports.round();
    assert.equal(ports.buried.size, 1);
    assert.deepEqual(ports.lines.map(({ level }) => level), ["debug", "info", "warn"]);
    await ports.round();
    assert.equal(left(ports), 0);
  });
}

Deno.test("more tombstones than fit into one look are purged all the same, past those that fail", async () => {
  const ports = memoryReconciler();
  const { queue } = ports;
  for (let count = 0; count < 230; count++) {
    const { asset, owner } = storeWhole(ports);
    await deleteAsset(ports, owner, asset.id);
  }
  const remaining = [...ports.buried.keys()].sort().slice(0, 150);
  const { remove } = queue;
  ports.faults["queue.remove"] = async (jobId) => {
    if (remaining.some((id) => String(jobId).includes(id))) unavailable();
    const fault = ports.faults["queue.remove"];
    delete ports.faults["queue.remove"];
    await remove(String(jobId));
    ports.faults["queue.remove"] = fault;
    return true;
  };
  await ports.round();
  assert.deepEqual([...ports.buried.keys()].sort(), remaining);
});

Deno.test("without the database nothing is purged, and that is logged", async () => {
  const ports = memoryReconciler();
  ports.faults["tombstones"] = unavailable;
  await ports.round();
  assert.deepEqual(ports.lines.map(({ level }) => level), ["warn"]);
});
