import assert from "node:assert/strict";
import { AssetError } from "../../src/assets/errors.ts";
import type { AiService } from "../../src/assets/ports.ts";
import { processAsset } from "../../src/assets/process_asset.ts";
import {
  ANALYSIS,
  type MemoryPorts,
  memoryPorts,
  storeProcessing,
} from "../support/memory_ports.ts";
import { recordLogs } from "../support/recorded_logs.ts";

type Asked = Parameters<AiService["analyze"]>[0];
type Job = ReturnType<typeof storeProcessing>["job"];

/** Processes the job with an AI service that answers by `answer`; tells what it was asked. */
async function process(
  ports: MemoryPorts,
  job: Job,
  answer: AiService["analyze"] = () => Promise.resolve(ANALYSIS),
  signal: AbortSignal = new AbortController().signal,
) {
  const asked: Asked[] = [];
  const ai: AiService = {
    analyze(picture, signal) {
      asked.push(picture);
      return answer(picture, signal);
    },
  };
  const logs = recordLogs();
  const outcome = await processAsset({ ...ports, ai }, job, signal, logs.logger)
    .then(() => undefined, (error: unknown) => error);
  return { asked, error: outcome, lines: logs.lines };
}

Deno.test("FR-012 the service is asked about the original picture, each call by its own key", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const away = () => Promise.reject(new AssetError("ai_unavailable", "Away"));
  const first = await process(ports, job, away);
  const second = await process(ports, job);
  const picture = { imageUrl: asset.originalUrl, category: asset.category };
  assert.deepEqual(first.asked, [{ ...picture, idempotencyKey: `${job.id}-1` }]);
  assert.deepEqual(second.asked, [{ ...picture, idempotencyKey: `${job.id}-2` }]);
});

Deno.test("FR-013 FR-014 FR-019 FR-021 a result is saved, then told to the owner", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const { error } = await process(ports, job);
  assert.equal(error, undefined);
  const saved = ports.stored.get(asset.id);
  assert.equal(saved?.status, "active");
  assert.deepEqual(saved.analysis, ANALYSIS);
  assert.deepEqual(ports.published, [{
    userId: asset.userId,
    event: {
      event: "asset_processed",
      assetId: asset.id,
      status: "active",
      aiMetadata: { brand: ANALYSIS.brand, model: ANALYSIS.model, colorway: ANALYSIS.colorway },
      processedImageUrl: ANALYSIS.processedImageUrl,
      timestamp: saved.settledAt?.toISOString(),
    },
  }]);
  assert.deepEqual(ports.calls, ["claimCall", "activate", "publish"]);
});

Deno.test("a failed call is passed on and changes nothing but the count of calls", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const failure = new AssetError("ai_timeout", "Too slow");
  const { error } = await process(ports, job, () => Promise.reject(failure));
  assert.equal(error, failure);
  const { updatedAt: _, ...left } = ports.stored.get(asset.id) ?? asset;
  const { updatedAt: __, ...before } = asset;
  assert.deepEqual(left, { ...before, aiCalls: 1 });
  assert.deepEqual(ports.published, []);
});

Deno.test("T045 T051 a job whose asset is gone or settled ends quietly, without a call", async () => {
  const { job: gone } = storeProcessing(memoryPorts());
  const ports = memoryPorts();
  const { job: settled } = storeProcessing(ports, { status: "failed" });
  const { job: otherRun } = storeProcessing(ports, { processingJobId: "asset-x-2" });
  for (const job of [gone, settled, otherRun]) {
    const { asked, error, lines } = await process(ports, job);
    assert.equal(error, undefined);
    assert.deepEqual(asked, []);
    assert.deepEqual(lines.map(({ level }) => level), ["warn"]);
  }
  assert.deepEqual(ports.published, []);
});

Deno.test("a result for an asset that was deleted meanwhile is dropped without an event", async () => {
  const ports = memoryPorts();
  const { job } = storeProcessing(ports);
  const { error } = await process(ports, job, () => {
    ports.stored.clear();
    return Promise.resolve(ANALYSIS);
  });
  assert.equal(error, undefined);
  assert.deepEqual(ports.published, []);
});

Deno.test("a result that comes after the attempt was given up is not saved", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const attempt = new AbortController();
  const reason = new Error("Too late");
  const late = () => {
    attempt.abort(reason);
    return Promise.resolve(ANALYSIS);
  };
  const { error } = await process(ports, job, late, attempt.signal);
  assert.equal(error, reason);
  assert.equal(ports.stored.get(asset.id)?.status, "processing");
  assert.deepEqual(ports.published, []);
});

Deno.test("an event that cannot be sent undoes nothing", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const cause = new Error("On demand");
  ports.faults["publish"] = () => Promise.reject(cause);
  const { error, lines } = await process(ports, job);
  assert.equal(error, undefined);
  assert.equal(ports.stored.get(asset.id)?.status, "active");
  assert.ok(lines.some(({ level, fields }) => level === "error" && fields["err"] === cause));
});
