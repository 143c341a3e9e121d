import assert from "node:assert/strict";
import { AssetError } from "../../src/assets/errors.ts";
import { type Submission, submitAsset } from "../../src/assets/submit_asset.ts";
import { assetErrorOf, failureOf } from "../support/failures.ts";
import { type MemoryPorts, memoryPorts, unavailable } from "../support/memory_ports.ts";
import { recordLogs } from "../support/recorded_logs.ts";
import { newUserId } from "../support/tokens.ts";
import { until } from "../support/until.ts";

function submission(): Submission {
  return {
    ...{ userId: newUserId(), category: "camera", image: new Blob(["a picture"]) },
    ...{ contentType: "image/png", requestId: "request-1", traceparent: "00-1-2-01" },
  };
}

function submit(ports: MemoryPorts, logs = recordLogs()) {
  return submitAsset(ports, submission(), logs.logger);
}

function assertNothingStays(ports: MemoryPorts) {
  assert.deepEqual([...ports.stored.values(), ...ports.pictures.values()], []);
}

Deno.test("FR-007..FR-010 T023 a submission is a draft, then processing, then a job", async () => {
  const ports = memoryPorts();
  const sent = submission();
  const { assetId, jobId } = await submitAsset(ports, sent, recordLogs().logger);
  assert.deepEqual(ports.calls, ["queue.ping", "insertDraft", "put", "accept", "add"]);

  const asset = ports.stored.get(assetId);
  assert.ok(asset);
  assert.equal(asset.status, "processing");
  assert.equal(asset.processingJobId, jobId);
  assert.equal(jobId, `asset-${assetId}-1`);
  assert.deepEqual([asset.userId, asset.requestId], [sent.userId, sent.requestId]);
  assert.equal(asset.traceparent, sent.traceparent);
  const picture = { contentType: "image/png", text: "a picture" };
  assert.deepEqual([...ports.pictures], [[asset.imageName, picture]]);
  assert.deepEqual([...ports.jobs], [[jobId, {
    assetId,
    userId: sent.userId,
    imageUrl: `https://images.example.com/${asset.imageName}`,
    category: "camera",
    createdAt: asset.createdAt.toISOString(),
  }]]);
});

Deno.test("T026 the log tells which asset was queued as which job", async () => {
  const ports = memoryPorts();
  const logs = recordLogs();
  const { assetId, jobId } = await submit(ports, logs);
  const line = logs.lines.find(({ fields }) => fields["jobId"] === jobId);
  assert.equal(line?.fields["assetId"], assetId);
});

Deno.test("while the queue does not answer nothing is stored at all", async () => {
  const ports = memoryPorts();
  ports.faults["queue.ping"] = unavailable;
  await assetErrorOf(submit(ports), "service_unavailable");
  assert.deepEqual(ports.calls, ["queue.ping"]);
});

for (const step of ["insertDraft", "put", "accept", "add"]) {
  Deno.test(`a submission that fails at ${step} leaves nothing behind`, async () => {
    const ports = memoryPorts();
    const failure = new Error("On demand");
    ports.faults[step] = () => {
      throw failure;
    };
    assert.equal(await failureOf(submit(ports)), failure);
    assertNothingStays(ports);
    assert.deepEqual([...ports.jobs], []);
  });
}

Deno.test("a picture whose upload failed only seemingly is removed; its draft stays, as it may yet arrive", async () => {
  const ports = memoryPorts();
  ports.faults["put"] = () => {
    const [draft] = ports.stored.values();
    assert.ok(draft);
    ports.pictures.set(draft.imageName, { contentType: "image/png", text: "" });
    throw new AssetError("image_in_doubt", "On demand");
  };
  await assetErrorOf(submit(ports), "image_in_doubt");
  assert.equal(ports.pictures.size, 0);
  assert.deepEqual([...ports.stored.values()].map(({ status }) => status), ["draft"]);
});

Deno.test("while MongoDB is away a submission is refused at once, and removed as soon as it is back", async () => {
  const ports = memoryPorts();
  ports.faults["add"] = unavailable;
  ports.faults["withdraw"] = unavailable;
  await assetErrorOf(submit(ports), "service_unavailable");
  const [asset] = ports.stored.values();
  assert.equal(asset?.status, "processing");
  delete ports.faults["withdraw"];
  await until("it to be removed", () => ports.stored.size === 0);
  assertNothingStays(ports);
});

Deno.test("a draft that was swept during its upload is refused, and its picture goes", async () => {
  const ports = memoryPorts();
  ports.faults["accept"] = () => {
    ports.stored.clear();
    return null;
  };
  await assetErrorOf(submit(ports), "service_unavailable");
  assertNothingStays(ports);
});

Deno.test("an asset that a worker has begun is accepted, whatever became of the answer to its job", async () => {
  const ports = memoryPorts();
  ports.faults["add"] = async () => {
    const [asset] = ports.stored.values();
    assert.ok(asset?.processingJobId);
    await ports.assets.claimCall(asset.id, asset.processingJobId, "stamp-1", 3);
    unavailable();
  };
  const [asset] = [await submit(ports), ...ports.stored.values()];
  assert.equal(asset.jobId, `asset-${asset.assetId}-1`);
  assert.equal(ports.stored.size, 1);
  assert.equal(ports.pictures.size, 1);
});

Deno.test("a draft whose picture could not be removed stays: it alone knows the picture's name", async () => {
  const ports = memoryPorts();
  ports.faults["add"] = unavailable;
  ports.faults["remove"] = unavailable;
  await assetErrorOf(submit(ports), "service_unavailable");
  const [draft] = ports.stored.values();
  assert.equal(draft?.status, "draft");
  assert.deepEqual([...ports.pictures.keys()], [draft.imageName]);
});

Deno.test("when even undoing fails the first failure is told, the second logged", async () => {
  for (const step of ["withdraw", "remove", "deleteDraft"]) {
    const ports = memoryPorts();
    const logs = recordLogs();
    const first = new Error("The first failure");
    const second = new Error("The second failure");
    ports.faults["add"] = () => Promise.reject(first);
    ports.faults[step] = () => Promise.reject(second);
    assert.equal(await failureOf(submit(ports, logs)), first);
    assert.ok(logs.lines.some(({ level, fields }) => level === "warn" && fields["err"] === second));
  }
});
