import assert from "node:assert/strict";
import { jobIdOf } from "../../src/assets/asset.ts";
import { AssetError } from "../../src/assets/errors.ts";
import type { Submission } from "../../src/assets/submit_asset.ts";
import { submitOnce, type SubmitOnceDeps } from "../../src/assets/submit_once.ts";
import { assetErrorOf, failureOf } from "../support/failures.ts";
import { type MemoryPorts, memoryPorts, unavailable } from "../support/memory_ports.ts";
import { recordLogs } from "../support/recorded_logs.ts";
import { stopAt } from "../support/stop_at.ts";
import { newUserId } from "../support/tokens.ts";

const KEY = "key-1";

function newSubmission(fields: Partial<Submission> = {}): Submission {
  return {
    ...{ userId: newUserId(), category: "camera", image: new Blob(["a picture"]) },
    ...{ contentType: "image/png", requestId: "request-1" },
    ...fields,
  };
}

const submit = (deps: SubmitOnceDeps, submission: Submission, key = KEY, logs = recordLogs()) =>
  submitOnce(deps, submission, key, logs.logger);

function endHolds({ keyEntries }: MemoryPorts) {
  for (const [key, entry] of keyEntries) keyEntries.set(key, { ...entry, isHeld: false });
}

const acceptedIds = ({ stored }: MemoryPorts) =>
  [...stored.values()].filter(({ status }) => status !== "draft").map(({ id }) => id);

Deno.test("the first request with a key does what any does, with the draft before the key", async () => {
  const ports = memoryPorts();
  const { assetId, jobId, isReplay } = await submit(ports, newSubmission());
  assert.deepEqual([jobId, isReplay], [jobIdOf(assetId, 1), false]);
  assert.deepEqual(ports.calls, [
    ...["keys.find", "queue.ping", "insertDraft", "claim", "put", "accept", "add", "markAccepted"],
  ]);
  assert.deepEqual(acceptedIds(ports), [assetId]);
});

Deno.test("every later one gets the same, without Redis, image store or the asset itself", async () => {
  const ports = memoryPorts();
  const submission = newSubmission();
  const first = await submit(ports, submission);
  ports.stored.clear();
  for (const step of ["queue.ping", "put", "confirm"]) ports.faults[step] = unavailable;
  const again = { ...submission, requestId: "request-2", image: new Blob(["a ", "picture"]) };
  assert.deepEqual(await submit(ports, again), { ...first, isReplay: true });
});

Deno.test("another category or another image under the same key is a mismatch", async () => {
  const ports = memoryPorts();
  const submission = newSubmission();
  await submit(ports, submission);
  const others: Partial<Submission>[] = [
    { category: "lego" },
    { image: new Blob(["b picture"]) },
    { image: new Blob([]) },
  ];
  for (const other of others) {
    await assetErrorOf(submit(ports, { ...submission, ...other }), "idempotency_mismatch");
  }
  assert.equal(ports.stored.size, 1);
});

Deno.test("a key is its user's own, and one key is not another", async () => {
  const ports = memoryPorts();
  const submission = newSubmission();
  const ids = new Set<string>();
  for (
    const { userId, key } of [
      { userId: submission.userId, key: "a" },
      { userId: submission.userId, key: "A" },
      { userId: newUserId(), key: "a" },
    ]
  ) {
    const { assetId, isReplay } = await submit(ports, { ...submission, userId }, key);
    assert.equal(isReplay, false);
    ids.add(assetId);
  }
  assert.equal(ids.size, 3);
});

Deno.test("while the first one is at work, an equal one is told so and another one is a mismatch", async () => {
  const ports = memoryPorts();
  const submission = newSubmission();
  const stopped = stopAt<SubmitOnceDeps>(ports, "images.put", "before");
  const first = submit(stopped.deps, submission);
  await stopped.reached;
  await assetErrorOf(submit(ports, submission), "idempotency_running");
  const other = { ...submission, category: "lego" } as const;
  await assetErrorOf(submit(ports, other), "idempotency_mismatch");
  stopped.resume();
  const { assetId } = await first;
  assert.deepEqual(acceptedIds(ports), [assetId]);
  assert.equal(ports.stored.size, 1);
});

for (const step of ["insertDraft", "claim", "put", "accept", "add"]) {
  Deno.test(`a request that fails at ${step} leaves its key free for any other`, async () => {
    const ports = memoryPorts();
    const submission = newSubmission();
    const failure = new Error("On demand");
    ports.faults[step] = () => Promise.reject(failure);
    assert.equal(await failureOf(submit(ports, submission)), failure);
    delete ports.faults[step];
    assert.deepEqual([...ports.keyEntries], []);
    const { isReplay, assetId } = await submit(ports, { ...submission, category: "lego" });
    assert.equal(isReplay, false);
    assert.deepEqual(acceptedIds(ports), [assetId]);
  });
}

Deno.test("a request whose claim may have been made all the same frees it", async () => {
  const ports = memoryPorts();
  const submission = newSubmission();
  const deps: SubmitOnceDeps = {
    ...ports,
    idempotencyKeys: {
      ...ports.idempotencyKeys,
      async claim(...use) {
        await ports.idempotencyKeys.claim(...use);
        throw new AssetError("service_unavailable", "Its answer was lost");
      },
    },
  };
  await assetErrorOf(submit(deps, submission), "service_unavailable");
  assert.deepEqual([...ports.keyEntries], []);
  assert.deepEqual([...ports.stored], []);
});

Deno.test("what was accepted and could not be withdrawn keeps its key: the next one is told of it", async () => {
  const ports = memoryPorts();
  const submission = newSubmission();
  ports.faults["add"] = unavailable;
  ports.faults["withdraw"] = unavailable;
  await assetErrorOf(submit(ports, submission), "service_unavailable");
  for (const step of ["add", "withdraw"]) delete ports.faults[step];
  const [assetId] = acceptedIds(ports);
  assert.deepEqual(await submit(ports, submission), {
    ...{ assetId, jobId: jobIdOf(assetId ?? "", 1), isReplay: true },
  });
  assert.equal(ports.jobs.size, 1);
});

Deno.test("a key that could not be freed is taken over once nobody can hold it any more", async () => {
  const ports = memoryPorts();
  const logs = recordLogs();
  const submission = newSubmission();
  for (const step of ["put", "release"]) ports.faults[step] = unavailable;
  await assetErrorOf(submit(ports, submission, KEY, logs), "service_unavailable");
  assert.ok(logs.lines.some(({ level, message }) => level === "warn" && /not freed/.test(message)));
  for (const step of ["put", "release"]) delete ports.faults[step];
  await assetErrorOf(submit(ports, submission), "idempotency_running");
  endHolds(ports);
  const { isReplay, assetId } = await submit(ports, submission);
  assert.equal(isReplay, false);
  assert.deepEqual(acceptedIds(ports), [assetId]);
});

Deno.test("a request that fails does not wait for a database that is away to free its key", async () => {
  const ports = memoryPorts();
  ports.faults["put"] = unavailable;
  ports.faults["release"] = () => new Promise(() => {});
  await assetErrorOf(submit(ports, newSubmission()), "service_unavailable");
});

Deno.test("an accepted request is answered so, also when that could not be kept with its key", async () => {
  const ports = memoryPorts();
  const submission = newSubmission();
  ports.faults["markAccepted"] = unavailable;
  const first = await submit(ports, submission);
  assert.deepEqual(await submit(ports, submission), { ...first, isReplay: true });
  endHolds(ports);
  assert.deepEqual(await submit(ports, submission), { ...first, isReplay: true });
  assert.deepEqual(acceptedIds(ports), [first.assetId]);
});

Deno.test("what another request was told of, the slow first one cannot withdraw any more", async () => {
  const ports = memoryPorts();
  const submission = newSubmission();
  const stopped = stopAt<SubmitOnceDeps>(ports, "queue.add", "before");
  const first = submit(stopped.deps, submission);
  await stopped.reached;
  const told = await submit(ports, submission);
  assert.equal(told.isReplay, true);
  ports.faults["add"] = unavailable;
  stopped.resume();
  assert.deepEqual(await first, { ...told, isReplay: false });
  assert.deepEqual(acceptedIds(ports), [told.assetId]);
  assert.equal(ports.pictures.size, 1);
});

Deno.test("an accepted asset is confirmed also while Redis is away: the reconciler queues it", async () => {
  const ports = memoryPorts();
  const submission = newSubmission();
  const stopped = stopAt<SubmitOnceDeps>(ports, "queue.add", "before");
  void submit(stopped.deps, submission);
  await stopped.reached;
  ports.faults["add"] = unavailable;
  const { isReplay, assetId } = await submit(ports, submission);
  assert.equal(isReplay, true);
  assert.deepEqual(acceptedIds(ports), [assetId]);
});

Deno.test("an asset that is settled already is not queued again", async () => {
  const ports = memoryPorts();
  const submission = newSubmission();
  ports.faults["markAccepted"] = unavailable;
  const { assetId } = await submit(ports, submission);
  const asset = ports.stored.get(assetId);
  assert.ok(asset);
  ports.stored.set(assetId, { ...asset, status: "active" });
  ports.jobs.clear();
  assert.equal((await submit(ports, submission)).assetId, assetId);
  assert.deepEqual([...ports.jobs], []);
});
