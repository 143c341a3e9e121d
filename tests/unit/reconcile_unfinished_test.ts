import assert from "node:assert/strict";
import { newAsset, storeProcessing, unavailable } from "../support/memory_ports.ts";
import { ago, memoryReconciler, OLD } from "../support/memory_reconciler.ts";

const REASON = "job stalled more than allowable limit";

Deno.test("an asset whose job is missing gets it again, under the same id with the same data", async () => {
  const reconciler = memoryReconciler();
  const { asset, job } = storeProcessing(reconciler, OLD());
  await reconciler.round();
  assert.deepEqual([...reconciler.jobs], [[job.id, job.data]]);
  const [line, ...others] = reconciler.lines;
  assert.equal(line?.level, "info");
  assert.equal(line.fields["assetId"], asset.id);
  assert.equal(line.fields["jobId"], job.id);
  assert.deepEqual(others, []);
});

Deno.test("what changed lately is left to those who are at work on it", async () => {
  const reconciler = memoryReconciler();
  storeProcessing(reconciler, ago(1000));
  storeProcessing(reconciler, { ...OLD(), updatedAt: new Date() });
  await reconciler.round();
  assert.deepEqual([...reconciler.jobs], []);
});

Deno.test("an asset whose job waits or is under way is left alone, without a word", async () => {
  const reconciler = memoryReconciler();
  const { asset, job } = storeProcessing(reconciler, OLD());
  reconciler.jobs.set(job.id, job.data);
  await reconciler.round();
  assert.ok(!reconciler.calls.includes("add"));
  assert.deepEqual(reconciler.stored.get(asset.id), asset);
  assert.deepEqual(reconciler.lines, []);
});

Deno.test("a job that failed without its asset is settled, with one dead letter and one event", async () => {
  const reconciler = memoryReconciler();
  const { asset, job } = storeProcessing(reconciler, OLD());
  reconciler.ended.set(job.id, { state: "failed", reason: REASON });
  await reconciler.round();
  await reconciler.round();
  const { status, failure, deadLetter } = reconciler.stored.get(asset.id) ?? newAsset();
  assert.equal(status, "failed");
  assert.equal(failure?.code, "job_stalled");
  assert.equal(deadLetter?.message, REASON);
  assert.deepEqual([...reconciler.letters.keys()], [job.id]);
  assert.deepEqual(reconciler.told, [asset.userId]);
});

Deno.test("an asset that its worker settles meanwhile stays as the worker left it", async () => {
  for (
    const state of [{ state: "failed", reason: REASON }, { state: "completed" }] as const
  ) {
    const reconciler = memoryReconciler();
    const { asset } = storeProcessing(reconciler, OLD());
    const settled = { ...asset, status: "active" } as const;
    reconciler.faults["states"] = () => {
      reconciler.stored.set(asset.id, settled);
      return [state];
    };
    await reconciler.round();
    assert.deepEqual(reconciler.stored.get(asset.id), settled);
    assert.deepEqual([...reconciler.jobs.keys(), ...reconciler.letters.keys()], []);
    assert.deepEqual(reconciler.told, []);
  }
});

Deno.test("when MongoDB was set back behind a completed job, the asset gets a new run", async () => {
  const reconciler = memoryReconciler();
  const attempts = [{ at: new Date(), code: "ai_timeout", message: "Too slow" }];
  const { asset, job } = storeProcessing(reconciler, { ...OLD(), aiCalls: 2, attempts });
  reconciler.ended.set(job.id, { state: "completed" });
  await reconciler.round();
  const next = `asset-${asset.id}-2`;
  assert.deepEqual([...reconciler.jobs], [[next, job.data]]);
  const renewed = reconciler.stored.get(asset.id);
  assert.equal(renewed?.processingJobId, next);
  assert.deepEqual([renewed.aiCalls, renewed.attempts], [0, []]);
});

Deno.test("an asset that cannot be repaired is logged and holds up no other", async () => {
  const reconciler = memoryReconciler();
  const { asset } = storeProcessing(reconciler, { ...OLD(), originalUrl: "" });
  const { job } = storeProcessing(reconciler, OLD());
  await reconciler.round();
  assert.deepEqual([...reconciler.jobs.keys()], [job.id]);
  const errors = reconciler.lines.filter(({ level }) => level === "error");
  assert.deepEqual(errors.map(({ fields }) => fields["assetId"]), [asset.id]);
});

Deno.test("an outage ends the round with one warning, and the next round repairs the rest", async () => {
  const reconciler = memoryReconciler();
  for (let count = 0; count < 3; count++) storeProcessing(reconciler, OLD());
  reconciler.faults["add"] = unavailable;
  for (let rounds = 0; rounds < 2; rounds++) await reconciler.round();
  assert.deepEqual(reconciler.lines.map(({ level }) => level), ["warn", "debug"]);
  delete reconciler.faults["add"];
  await reconciler.round();
  assert.equal(reconciler.jobs.size, 3);
  reconciler.faults["states"] = unavailable;
  await reconciler.round();
  assert.equal(reconciler.lines.at(-1)?.level, "warn");
});

Deno.test("a long backlog is gone through in parts: a round goes on where the one before ended", async () => {
  const reconciler = memoryReconciler();
  for (let count = 0; count < 10_300; count++) {
    const { job } = storeProcessing(reconciler, ago(1_000_000 - count));
    reconciler.jobs.set(job.id, job.data);
  }
  const { job: last } = storeProcessing(reconciler, OLD());
  await reconciler.round();
  assert.ok(!reconciler.jobs.has(last.id));
  await reconciler.round();
  assert.ok(reconciler.jobs.has(last.id));
  const { job: first } = storeProcessing(reconciler, ago(2_000_000));
  await reconciler.round();
  assert.ok(reconciler.jobs.has(first.id));
});

Deno.test("a queue that lost its data is filled at once, in the order of submission", async () => {
  const reconciler = memoryReconciler();
  reconciler.mark = "none";
  const jobIds = [3000, 1000, 2000].map((age) => storeProcessing(reconciler, ago(age)).job.id);
  await reconciler.round();
  const [oldest, youngest, middle] = jobIds;
  assert.deepEqual([...reconciler.jobs.keys()], [oldest, middle, youngest]);
  assert.equal(reconciler.mark, "intact");
});

Deno.test("while an answer may still come for a lost job, it is not made a second time", async () => {
  const reconciler = memoryReconciler();
  reconciler.mark = "none";
  const attempts = [{ at: new Date(), code: "ai_timeout", message: "Too slow" }];
  storeProcessing(reconciler, { ...ago(1000), aiCalls: 1 });
  storeProcessing(reconciler, { ...ago(1000), aiCalls: 2, attempts });
  const waiting = storeProcessing(reconciler, { ...ago(1000), aiCalls: 1, attempts });
  const abandoned = storeProcessing(reconciler, { ...OLD(), aiCalls: 1 });
  await reconciler.round();
  assert.deepEqual([...reconciler.jobs.keys()], [abandoned.job.id, waiting.job.id]);
});

Deno.test("a fill that is cut short is done again, as is one that saw the data lost once more", async () => {
  const reconciler = memoryReconciler();
  reconciler.mark = "none";
  storeProcessing(reconciler, ago(1000));
  reconciler.faults["add"] = unavailable;
  await reconciler.round();
  assert.equal(reconciler.mark, "filling");
  delete reconciler.faults["add"];
  reconciler.faults["lettersMissing"] = () => {
    reconciler.mark = "none";
    return [];
  };
  await reconciler.round();
  assert.equal(reconciler.mark, "none");
  delete reconciler.faults["lettersMissing"];
  reconciler.jobs.clear();
  await reconciler.round();
  assert.equal(reconciler.jobs.size, 1);
  assert.equal(reconciler.mark, "intact");
});
