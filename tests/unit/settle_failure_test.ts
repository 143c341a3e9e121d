import assert from "node:assert/strict";
import type { DeadLetter } from "../../src/assets/dead_letter.ts";
import { AssetError, type ErrorCode } from "../../src/assets/errors.ts";
import { settleFailure } from "../../src/assets/settle_failure.ts";
import { assetErrorOf } from "../support/failures.ts";
import {
  ANALYSIS,
  type MemoryPorts,
  memoryPorts,
  storeProcessing,
  unavailable,
} from "../support/memory_ports.ts";
import { recordLogs } from "../support/recorded_logs.ts";

function settle(
  ports: MemoryPorts,
  job: ReturnType<typeof storeProcessing>["job"],
  error: AssetError,
) {
  const { signal } = new AbortController();
  return settleFailure(ports, job, error, signal, recordLogs().logger);
}

Deno.test("FR-004 FR-015 FR-019 T054 a failure is saved, listed as a dead letter, then told to the owner", async () => {
  const ports = memoryPorts();
  const attempts = [{ at: new Date(0), code: "ai_timeout", message: "Too slow" }];
  const { asset, job } = storeProcessing(ports, { aiCalls: 3, attempts });
  await settle(ports, job, new AssetError("ai_unavailable", "HTTP status 503"));
  const message = "The analysis service did not answer. We tried 3 times.";
  const saved = ports.stored.get(asset.id);
  assert.equal(saved?.status, "failed");
  assert.deepEqual(saved.failure, { code: "ai_unavailable", message, retryable: true });
  const failedAt = saved.settledAt?.toISOString();
  assert.deepEqual(ports.letters.get(job.id), {
    jobId: job.id,
    assetId: asset.id,
    userId: asset.userId,
    category: asset.category,
    reason: "ai_unavailable",
    message: "HTTP status 503",
    attempts: [
      { at: "1970-01-01T00:00:00.000Z", code: "ai_timeout", message: "Too slow" },
      {
        at: saved.attempts[1]?.at.toISOString(),
        code: "ai_unavailable",
        message: "HTTP status 503",
      },
    ],
    failedAt,
  });
  assert.deepEqual(ports.calls, ["find", "fail", "deadLetters.add", "find", "settled"]);
  assert.deepEqual(ports.told, [asset.userId]);
});

Deno.test("a failure is settled once, whoever comes second and whatever it says", async () => {
  const ports = memoryPorts();
  const { job } = storeProcessing(ports);
  await settle(ports, job, new AssetError("ai_timeout", "Too slow"));
  const once = [...ports.stored.values()];
  await settle(ports, job, new AssetError("job_stalled", "Stalled"));
  await settle(memoryPorts(), job, new AssetError("ai_timeout", "Its asset is gone"));
  assert.deepEqual([...ports.stored.values()], once);
  assert.equal(ports.told.length, 1);
});

Deno.test("an asset that became active is not failed any more", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  await ports.assets.activate(asset.id, job.id, ANALYSIS, "stamp-1");
  await settle(ports, job, new AssetError("ai_timeout", "Too late"));
  assert.equal(ports.stored.get(asset.id)?.status, "active");
  assert.deepEqual(ports.told, []);
});

Deno.test("the owner reads one plain sentence per code, never the cause", async () => {
  const codes: ErrorCode[] = [
    ...["ai_rejected", "ai_unauthorized", "ai_unavailable", "ai_timeout"] as const,
    ...["ai_bad_response", "ai_rate_limited", "deadline_exceeded", "job_stalled"] as const,
  ];
  const sentences = await Promise.all(codes.map(async (code) => {
    const ports = memoryPorts();
    const { asset, job } = storeProcessing(ports);
    const cause = new Error("ECONNREFUSED 10.0.0.1");
    await settle(ports, job, new AssetError(code, `HTTP status 500 ${code}`, { cause }));
    return ports.stored.get(asset.id)?.failure?.message ?? "";
  }));
  for (const sentence of sentences) assert.match(sentence, /^[A-Z][a-z ,']+\.$/);
  assert.equal(new Set(sentences).size, codes.length);
  const [rejected] = sentences;
  assert.equal(rejected, "The analysis service could not read this picture.");
});

Deno.test("a dead letter that cannot be queued holds up neither the failure nor its event", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  ports.faults["deadLetters.add"] = unavailable;
  await settle(ports, job, new AssetError("ai_rejected", "No"));
  assert.equal(ports.stored.get(asset.id)?.deadLetter?.state, "listed");
  assert.equal(ports.told.length, 1);
});

Deno.test("FR-004 a dead letter that is missing in its queue comes with the next settling", async () => {
  const ports = memoryPorts();
  const { job } = storeProcessing(ports);
  const error = new AssetError("ai_rejected", "No");
  ports.faults["deadLetters.add"] = unavailable;
  await settle(ports, job, error);
  delete ports.faults["deadLetters.add"];
  await settle(ports, job, error);
  assert.equal(ports.letters.size, 1);
  assert.equal(ports.told.length, 1);
});

Deno.test("a dead letter whose asset was retried while it was queued does not stay", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const { add } = ports.deadLetters;
  ports.faults["deadLetters.add"] = async (letter) => {
    delete ports.faults["deadLetters.add"];
    const failed = ports.stored.get(asset.id) ?? asset;
    await ports.assets.rerun(failed, { requestId: "request-2" }, "stamp-2");
    await add(letter as DeadLetter);
  };
  await settle(ports, job, new AssetError("ai_rejected", "No"));
  assert.equal(ports.letters.size, 0);
});

Deno.test("an event that cannot be sent does not undo a failure", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  ports.faults["settled"] = () => Promise.reject(new Error("On demand"));
  await settle(ports, job, new AssetError("ai_rejected", "No"));
  assert.equal(ports.stored.get(asset.id)?.status, "failed");
});

Deno.test("a failure waits for MongoDB; a worker that has to end tells its caller", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const closing = new AbortController();
  let outages = 0;
  ports.faults["fail"] = () => {
    if (++outages === 2) closing.abort();
    return unavailable();
  };
  const error = new AssetError("ai_timeout", "Too slow");
  const settling = settleFailure(ports, job, error, closing.signal, recordLogs().logger);
  await assetErrorOf(settling, "service_unavailable");
  assert.equal(outages, 2);
  assert.deepEqual(ports.told, []);
  delete ports.faults["fail"];
  await settle(ports, job, error);
  assert.equal(ports.stored.get(asset.id)?.status, "failed");
});
