import assert from "node:assert/strict";
import {
  type MemoryPorts,
  newAsset,
  storeProcessing,
  unavailable,
} from "../support/memory_ports.ts";
import { AFTER_MS, ago, memoryReconciler, OLD } from "../support/memory_reconciler.ts";

function storeDraft({ stored, pictures }: MemoryPorts, ageMs: number) {
  const draft = newAsset(ago(ageMs));
  stored.set(draft.id, draft);
  pictures.set(draft.imageName, { contentType: "image/png", text: "a picture" });
  return draft;
}

function storeFailed(ports: MemoryPorts, state: "listed" | "dismissed" = "listed") {
  return storeProcessing(ports, {
    status: "failed",
    failure: { code: "ai_timeout", message: "Too slow.", retryable: true },
    deadLetter: { state, message: "Too slow" },
    settledAt: new Date(),
  });
}

Deno.test("without the lease a round does nothing", async () => {
  const reconciler = memoryReconciler();
  storeProcessing(reconciler, OLD());
  reconciler.takes = 0;
  await reconciler.round();
  assert.deepEqual(reconciler.calls, ["take"]);
  assert.deepEqual(reconciler.lines, []);
});

Deno.test("a round that loses the lease, or whose process has to end, goes no further", async () => {
  const lost = memoryReconciler();
  lost.takes = 1;
  const ending = memoryReconciler();
  ending.closing.abort();
  for (const reconciler of [lost, ending]) {
    reconciler.mark = "none";
    storeProcessing(reconciler, OLD());
    storeFailed(reconciler);
    storeDraft(reconciler, 3 * AFTER_MS);
    const { stored } = reconciler;
    const before = [...stored];
    await reconciler.round();
    assert.deepEqual([...stored], before);
    assert.equal(reconciler.jobs.size + reconciler.letters.size, 0);
    assert.equal(reconciler.mark, "filling");
  }
});

Deno.test("a round ends quietly when the process that does it ends", async () => {
  const reconciler = memoryReconciler();
  reconciler.faults["isIntact"] = () => {
    reconciler.closing.abort();
    unavailable();
  };
  await reconciler.round();
  assert.deepEqual(reconciler.lines, []);
});

Deno.test("a fault of our own is an error in the log, and no rejection", async () => {
  const reconciler = memoryReconciler();
  reconciler.faults["isIntact"] = () => {
    throw new TypeError("On demand");
  };
  await reconciler.round();
  assert.deepEqual(reconciler.lines.map(({ level }) => level), ["error"]);
});

Deno.test("an old draft is given up: it cannot be accepted any more", async () => {
  const reconciler = memoryReconciler();
  const young = storeDraft(reconciler, AFTER_MS - 1000);
  const old = storeDraft(reconciler, AFTER_MS + 1000);
  await reconciler.round();
  assert.equal(await reconciler.assets.accept(old.id, "https://images.example.com/a.png"), null);
  assert.ok(await reconciler.assets.accept(young.id, "https://images.example.com/a.png"));
  assert.deepEqual(reconciler.lines.map(({ fields }) => fields["assetId"]), [old.id]);
});

Deno.test("a draft goes with its image once no upload of it can be under way any more", async () => {
  const reconciler = memoryReconciler();
  const waiting = storeDraft(reconciler, 2 * AFTER_MS - 1000);
  storeDraft(reconciler, 2 * AFTER_MS + 1000);
  await reconciler.round();
  assert.deepEqual([...reconciler.buried.keys()], [waiting.id]);
  assert.deepEqual([...reconciler.pictures.keys()], [waiting.imageName]);
});

Deno.test("a draft that is accepted while it is looked at is left alone", async () => {
  const reconciler = memoryReconciler();
  const draft = storeDraft(reconciler, 3 * AFTER_MS);
  reconciler.faults["drafts"] = async () => {
    delete reconciler.faults["drafts"];
    await reconciler.assets.accept(draft.id, "https://images.example.com/a.png");
    return [draft];
  };
  await reconciler.round();
  assert.equal(reconciler.stored.get(draft.id)?.status, "processing");
  assert.equal(reconciler.pictures.size, 1);
  assert.deepEqual(reconciler.lines, []);
});

Deno.test("more drafts than fit into one look are given up all the same", async () => {
  const reconciler = memoryReconciler();
  for (let count = 0; count < 230; count++) storeDraft(reconciler, 3 * AFTER_MS);
  await reconciler.round();
  assert.equal(reconciler.stored.size + reconciler.buried.size + reconciler.pictures.size, 0);
});

Deno.test("a dead letter that is missing in its queue is added again", async () => {
  const reconciler = memoryReconciler();
  const { job } = storeFailed(reconciler);
  storeFailed(reconciler, "dismissed");
  await reconciler.round();
  assert.deepEqual([...reconciler.letters.keys()], [job.id]);
  assert.deepEqual(reconciler.lines.map(({ fields }) => fields["jobId"]), [job.id]);
});

Deno.test("a dead letter that no asset lists any more is removed from its queue", async () => {
  const reconciler = memoryReconciler();
  const { job } = storeFailed(reconciler);
  await reconciler.round();
  const [letter] = reconciler.letters.values();
  assert.ok(letter);
  for (let count = 0; count < 600; count++) {
    reconciler.letters.set(`asset-${count}-1`, { ...letter, jobId: `asset-${count}-1` });
  }
  await reconciler.round();
  assert.deepEqual([...reconciler.letters.keys()], [job.id]);
});

Deno.test("dead letters are compared one by one at first, then only when their numbers differ", async () => {
  const reconciler = memoryReconciler();
  const { job } = storeFailed(reconciler);
  storeFailed(reconciler);
  await reconciler.round();
  const compared = () => reconciler.calls.filter((call) => call === "lettersMissing").length;
  assert.equal(compared(), 1);
  await reconciler.round();
  assert.equal(compared(), 1);
  reconciler.letters.delete(job.id);
  await reconciler.round();
  assert.equal(compared(), 2);
  assert.equal(reconciler.letters.size, 2);
});

Deno.test("dead letters are added again with the jobs that were lost", async () => {
  const reconciler = memoryReconciler();
  for (let count = 0; count < 510; count++) storeFailed(reconciler);
  await reconciler.round();
  reconciler.letters.clear();
  reconciler.mark = "none";
  await reconciler.round();
  assert.equal(reconciler.letters.size, 510);
  assert.equal(reconciler.mark, "intact");
});

Deno.test("a dead letter whose asset gets a new run meanwhile does not stay", async () => {
  const reconciler = memoryReconciler();
  const { asset } = storeFailed(reconciler);
  const { add } = reconciler.deadLetters;
  reconciler.faults["deadLetters.add"] = async (letter) => {
    delete reconciler.faults["deadLetters.add"];
    await reconciler.assets.rerun(asset, { requestId: "request-2" }, "stamp-1");
    await add(letter as Parameters<typeof add>[0]);
  };
  await reconciler.round();
  assert.equal(reconciler.letters.size, 0);
});
