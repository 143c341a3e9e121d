import assert from "node:assert/strict";
import { createCircuitBreaker } from "../../src/ai/circuit_breaker.ts";
import type { FailureStreak } from "../../src/assets/ai_outage.ts";
import { asAssetError, AssetError } from "../../src/assets/errors.ts";
import { assetErrorOf, failureOf } from "../support/failures.ts";
import { memoryStreak } from "../support/memory_outages.ts";
import { recordLogs } from "../support/recorded_logs.ts";
import { until } from "../support/until.ts";

const away = () => Promise.reject(new AssetError("ai_unavailable", "Refused", { service: "away" }));
const rejects = () =>
  Promise.reject(new AssetError("ai_rejected", "No picture", { service: "answers" }));
const interrupted = () => Promise.reject(new AssetError("interrupted", "The worker has to end"));
const answers = () => Promise.resolve("analysis");

function newCircuit(streak: FailureStreak = memoryStreak(), holdMs = 30) {
  const { logger, lines } = recordLogs();
  const circuit = createCircuitBreaker({ streak, holdMs, logger });
  const told = () => lines.map(({ level, message }) => `${level}: ${message.split(":")[0]}`);
  return { circuit, streak, told };
}

/** The code with which a call for that asset ends. */
async function codeOf({ circuit }: ReturnType<typeof newCircuit>, assetId: string, call = away) {
  return asAssetError(await failureOf(circuit.call(assetId, call))).code;
}

/** Opens it by the failures of three assets. */
async function newOpenCircuit(streak?: FailureStreak, holdMs?: number) {
  const opened = newCircuit(streak, holdMs);
  for (const assetId of ["a", "b", "c"]) await codeOf(opened, assetId);
  assert.equal(opened.circuit.isClosed(), false);
  return opened;
}

/** Waits until the next call is let through, makes it, and tells how it ended. */
async function nextCall<T>(
  { circuit }: ReturnType<typeof newCircuit>,
  assetId: string,
  call: () => Promise<T>,
) {
  return await until("a call to be let through", async () => {
    try {
      return { result: await circuit.call(assetId, call) };
    } catch (error) {
      const { code } = asAssetError(error);
      return code !== "circuit_open" && { code };
    }
  });
}

Deno.test("the third asset in a row that finds the service away opens the circuit, and its failure does not count", async () => {
  const opened = newCircuit();
  assert.deepEqual(
    [await codeOf(opened, "a"), await codeOf(opened, "b"), await codeOf(opened, "c")],
    ["ai_unavailable", "ai_unavailable", "ai_outage"],
  );
  assert.equal(opened.circuit.isClosed(), false);
  assert.deepEqual(opened.told(), ["warn: AI service circuit open"]);
});

Deno.test("while it is open nobody calls, and is told for how long the queue is to be held", async () => {
  const { circuit } = await newOpenCircuit(undefined, 60_000);
  let calls = 0;
  const call = () => Promise.resolve(++calls);
  const { retryAfterMs } = await assetErrorOf(circuit.call("d", call), "circuit_open");
  assert.equal(retryAfterMs, 60_000);
  assert.equal(calls, 0);
});

Deno.test("one asset alone never opens it, nor do two that take turns", async () => {
  const lone = newCircuit();
  for (const assetId of ["a", "a", "a", "a", "b", "a", "b"]) {
    assert.equal(await codeOf(lone, assetId), "ai_unavailable");
  }
  assert.ok(lone.circuit.isClosed());
});

Deno.test("an answer in between ends the row, a refusal of the picture as well", async () => {
  const healthy = newCircuit();
  for (const answer of [answers, rejects]) {
    for (const assetId of ["a", "b"]) {
      assert.equal(await codeOf(healthy, assetId), "ai_unavailable");
    }
    await healthy.circuit.call("c", answer).catch(() => {});
  }
  assert.ok(healthy.circuit.isClosed());
});

Deno.test("what tells nothing of the service neither opens it nor ends the row", async () => {
  const opened = newCircuit();
  for (const assetId of ["a", "b"]) await codeOf(opened, assetId);
  for (const assetId of ["x", "y", "z"]) {
    assert.equal(await codeOf(opened, assetId, interrupted), "interrupted");
    assert.equal(await opened.circuit.call(assetId, () => Promise.resolve(undefined)), undefined);
  }
  assert.ok(opened.circuit.isClosed());
  assert.equal(await codeOf(opened, "c"), "ai_outage");
});

Deno.test("calls that were under way when it opened do not count either", async () => {
  const opened = newCircuit();
  const gate = Promise.withResolvers<never>();
  const codes = ["a", "b", "c", "d", "e"].map((assetId) =>
    codeOf(opened, assetId, () => gate.promise)
  );
  gate.reject(new AssetError("ai_timeout", "Too slow", { service: "away" }));
  assert.deepEqual((await Promise.all(codes)).toSorted(), [
    ...["ai_outage", "ai_outage", "ai_outage", "ai_timeout", "ai_timeout"],
  ]);
});

Deno.test("after the hold one call at a time tries the service, until one is answered", async () => {
  const opened = await newOpenCircuit();
  const gate = Promise.withResolvers<never>();
  const trial = until("the trial", async () => {
    const code = await codeOf(opened, "d", () => gate.promise);
    return code !== "circuit_open" && code;
  });
  await until("it to be half open", () => opened.told().at(-1)?.includes("half-open"));
  assert.equal(await codeOf(opened, "e", answers as typeof away), "circuit_open");
  gate.reject(new AssetError("ai_timeout", "Too slow", { service: "away" }));
  assert.equal(await trial, "ai_outage");
  assert.equal(opened.circuit.isClosed(), false);

  assert.deepEqual(await nextCall(opened, "e", answers), { result: "analysis" });
  assert.ok(opened.circuit.isClosed());
  const half = "info: AI service circuit half-open";
  assert.deepEqual(opened.told(), [
    ...["warn: AI service circuit open", half],
    ...["debug: AI service circuit open", half.replace("info", "debug")],
    "info: AI service circuit closed",
  ]);
});

Deno.test("a trial that tells nothing leaves it open; a refusal of the picture closes it", async () => {
  const opened = await newOpenCircuit();
  assert.deepEqual(await nextCall(opened, "d", interrupted), { code: "interrupted" });
  assert.equal(opened.circuit.isClosed(), false);
  assert.deepEqual(await nextCall(opened, "d", rejects), { code: "ai_rejected" });
  assert.ok(opened.circuit.isClosed());
});

Deno.test("a worker that comes into an outage knows of it: it calls once, and no failure counts", async () => {
  const streak = memoryStreak();
  await newOpenCircuit(streak, 60_000);
  const restarted = newCircuit(streak);
  assert.equal(await codeOf(restarted, "d"), "circuit_open");
  assert.deepEqual(await nextCall(restarted, "d", away), { code: "ai_outage" });
});

Deno.test("it closes when a call of another worker was answered", async () => {
  const streak = memoryStreak();
  const opened = await newOpenCircuit(streak, 60_000);
  await streak.end();
  assert.equal(await opened.circuit.call("e", answers), "analysis");
  assert.equal(await codeOf(opened, "a"), "ai_unavailable");
});

Deno.test("without Redis calls are made all the same, and their failures count", async () => {
  const lost = () => Promise.reject(new AssetError("service_unavailable", "Redis did not answer"));
  const alone = newCircuit({ add: lost, size: lost, end: lost });
  for (const assetId of ["a", "b", "c", "d"]) {
    assert.equal(await codeOf(alone, assetId), "ai_unavailable");
  }
  assert.equal(await alone.circuit.call("e", answers), "analysis");
});
