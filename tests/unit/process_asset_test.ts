import assert from "node:assert/strict";
import type { AiCircuit, Outage } from "../../src/assets/ai_outage.ts";
import { AssetError, type ErrorCode } from "../../src/assets/errors.ts";
import type { AiService } from "../../src/assets/ports.ts";
import { processAsset } from "../../src/assets/process_asset.ts";
import {
  ANALYSIS,
  type MemoryPorts,
  memoryPorts,
  storeProcessing,
  unavailable,
} from "../support/memory_ports.ts";
import { memoryOutageLog, OPEN_ROAD } from "../support/memory_outages.ts";
import { recordLogs } from "../support/recorded_logs.ts";

type Asked = Parameters<AiService["analyze"]>[0];
type Job = ReturnType<typeof storeProcessing>["job"];

interface Attempted {
  readonly answer: AiService["analyze"];
  readonly graceOver: AbortSignal;
  readonly lockLost: AbortSignal;
  readonly isLast: boolean;
  readonly attemptMs: number;
  readonly circuit: AiCircuit;
  readonly outages: Outage[];
}

/** Makes one attempt, by default one of many that succeeds; tells what the AI service was asked. */
async function process(ports: MemoryPorts, job: Job, options: Partial<Attempted> = {}) {
  const asked: Asked[] = [];
  const {
    answer = () => Promise.resolve(ANALYSIS),
    attemptMs = 60_000,
    circuit = OPEN_ROAD,
    outages = [],
    ...attempt
  } = options;
  const ai: AiService = {
    analyze(picture, signal) {
      asked.push(picture);
      return answer(picture, signal);
    },
  };
  const { logger, lines } = recordLogs();
  const never = new AbortController().signal;
  const verdict = await processAsset(
    { ...ports, ai, attemptMs, circuit, outages: memoryOutageLog(outages) },
    job,
    { isLast: false, maxCalls: 3, graceOver: never, lockLost: never, ...attempt },
    logger,
  );
  return { asked, verdict, lines };
}

/** The next call of that name does its work, but its answer is lost. */
function losesAnswer(
  ports: MemoryPorts,
  name: "claimCall" | "recordAttempt" | "activate" | "fail",
) {
  const { assets } = ports;
  ports.faults[name] = async (...args: unknown[]) => {
    delete ports.faults[name];
    await (assets[name] as (...args: unknown[]) => Promise<unknown>)(...args);
    return unavailable();
  };
}

const fails = (code: ErrorCode) => () => Promise.reject(new AssetError(code, "On demand"));
const never = () => new Promise<never>(() => {});

Deno.test("FR-012 US3.1 T050 the service is asked about the original picture, each call by its own key", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const first = await process(ports, job, { answer: fails("ai_unavailable") });
  const second = await process(ports, job);
  const picture = { imageUrl: asset.originalUrl, category: asset.category };
  assert.deepEqual(first.asked, [{ ...picture, idempotencyKey: `${job.id}-1` }]);
  assert.deepEqual(second.asked, [{ ...picture, idempotencyKey: `${job.id}-2` }]);
});

Deno.test("FR-013 FR-014 FR-019 FR-021 US3.2 T052 T053 a result is saved, then told to the owner", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const { verdict } = await process(ports, job);
  assert.deepEqual(verdict, { next: "complete" });
  const saved = ports.stored.get(asset.id);
  assert.equal(saved?.status, "active");
  assert.deepEqual(saved.analysis, ANALYSIS);
  assert.deepEqual(ports.told, [asset.userId]);
  assert.deepEqual(ports.calls, ["claimCall", "activate", "settled"]);
});

Deno.test("US3.3 a failed call that may be repeated is recorded, and the job is retried", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const cause = new TypeError("error sending request for url (http://user:secret@ai/analyze)");
  const error = new AssetError("ai_unavailable", "The AI service could not be reached", { cause });
  const { verdict } = await process(ports, job, { answer: () => Promise.reject(error) });
  assert.deepEqual(verdict, { next: "retry", error });
  const left = ports.stored.get(asset.id);
  assert.equal(left?.status, "processing");
  assert.equal(left.aiCalls, 1);
  const message =
    "The AI service could not be reached: error sending request for url (http://***@ai/analyze)";
  assert.deepEqual(left.attempts.map(({ at: _, ...attempt }) => attempt), [
    { code: "ai_unavailable", message },
  ]);
  assert.deepEqual(ports.told, []);
});

Deno.test("US3.4 FR-004 FR-015 the last attempt's failure ends the run: failed, dead letter, event", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  await process(ports, job, { answer: fails("ai_timeout") });
  await process(ports, job, { answer: fails("ai_bad_response") });
  const { verdict } = await process(ports, job, { answer: fails("ai_unavailable"), isLast: true });
  assert.equal(verdict.next, "fail");
  assert.equal(ports.stored.get(asset.id)?.status, "failed");
  const letter = ports.letters.get(job.id);
  assert.equal(letter?.reason, "ai_unavailable");
  assert.deepEqual(letter.attempts.map(({ code }) => code), [
    ...["ai_timeout", "ai_bad_response", "ai_unavailable"],
  ]);
  assert.equal(ports.told.length, 1);
});

for (const code of ["ai_rejected", "ai_unauthorized"] as const) {
  Deno.test(`${code} ends the run at its first attempt`, async () => {
    const ports = memoryPorts();
    const { asset, job } = storeProcessing(ports);
    const { verdict } = await process(ports, job, { answer: fails(code) });
    assert.equal(verdict.next, "fail");
    assert.equal(ports.stored.get(asset.id)?.failure?.code, code);
    assert.equal(ports.letters.get(job.id)?.attempts.length, 1);
  });
}

Deno.test("a rate limit holds the queue and counts neither as a call nor as an attempt", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const error = new AssetError("ai_rate_limited", "Too many", { retryAfterMs: 7000 });
  const answer = () => Promise.reject(error);
  const { verdict } = await process(ports, job, { answer, isLast: true });
  assert.deepEqual(verdict, { next: "hold queue", error });
  assert.equal(ports.stored.get(asset.id)?.aiCalls, 0);
  assert.deepEqual(ports.stored.get(asset.id)?.attempts, []);
});

Deno.test("a run that is older than 15 minutes ends without another call", async () => {
  const ports = memoryPorts();
  const firstCallAt = new Date(Date.now() - 15 * 60_000);
  const { asset, job } = storeProcessing(ports, { firstCallAt, aiCalls: 2 });
  const { asked, verdict } = await process(ports, job);
  assert.deepEqual(asked, []);
  assert.equal(verdict.next, "fail");
  const { failure } = ports.stored.get(asset.id) ?? asset;
  assert.deepEqual(failure, {
    code: "deadline_exceeded",
    message: "The analysis took too long. We tried 2 times.",
    retryable: false,
  });
  assert.equal(ports.letters.get(job.id)?.reason, "deadline_exceeded");
});

Deno.test("a call under way when the run becomes 15 minutes old is cut off", async () => {
  const ports = memoryPorts();
  const firstCallAt = new Date(Date.now() - 15 * 60_000 + 200);
  const { asset, job } = storeProcessing(ports, { firstCallAt });
  const { asked, verdict } = await process(ports, job, { answer: never });
  assert.equal(asked.length, 1);
  assert.equal(verdict.next, "fail");
  assert.equal(ports.stored.get(asset.id)?.failure?.code, "deadline_exceeded");
});

Deno.test("T019 an attempt that does not end is cut off at its time limit and told to stop", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  let told: AbortSignal | undefined;
  const deaf: AiService["analyze"] = (_picture, signal) => {
    told = signal;
    return never();
  };
  const { verdict } = await process(ports, job, { answer: deaf, attemptMs: 50 });
  assert.equal(verdict.next, "retry");
  assert.equal(told?.aborted, true);
  assert.deepEqual(ports.stored.get(asset.id)?.attempts.map(({ code }) => code), ["ai_timeout"]);
});

Deno.test("T064 a worker that has to end hands the job back, the call uncounted", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const closing = new AbortController();
  const answer = () => {
    closing.abort();
    return never();
  };
  const { signal } = closing;
  const { verdict } = await process(ports, job, { answer, graceOver: signal, isLast: true });
  assert.equal(verdict.next, "hand back");
  const left = ports.stored.get(asset.id);
  assert.equal(left?.status, "processing");
  assert.equal(left.aiCalls, 0);
  assert.deepEqual(left.attempts, []);
});

Deno.test("a call of a job that went to another worker is cut off, and taken back", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports, { aiCalls: 2 });
  const lock = new AbortController();
  const answer = () => {
    lock.abort();
    return never();
  };
  const { verdict } = await process(ports, job, { answer, lockLost: lock.signal });
  assert.equal(verdict.next, "hand back");
  assert.deepEqual([...ports.jobs.keys()], [job.id], "Redis may have lost it");
  const left = ports.stored.get(asset.id);
  assert.equal(left?.status, "processing");
  assert.equal(left.aiCalls, 2);
  assert.deepEqual(left.attempts, []);
});

Deno.test("it stays counted once the other worker has made a call", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const lock = new AbortController();
  const answer = async () => {
    await ports.assets.claimCall(asset.id, job.id, "stamp-of-the-other", 3);
    lock.abort();
    return await never();
  };
  await process(ports, job, { answer, lockLost: lock.signal });
  assert.equal(ports.stored.get(asset.id)?.aiCalls, 2);
});

Deno.test("a run whose calls were all begun by workers that died ends without another one", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports, { aiCalls: 3 });
  const { asked, verdict } = await process(ports, job);
  assert.deepEqual(asked, []);
  assert.equal(verdict.next, "fail");
  const { failure, aiCalls } = ports.stored.get(asset.id) ?? asset;
  const message = "The analysis was interrupted too often. We tried 3 times.";
  assert.deepEqual(failure, { code: "job_stalled", message, retryable: true });
  assert.equal(aiCalls, 3);
  assert.equal(ports.letters.get(job.id)?.reason, "job_stalled");
  assert.equal(ports.told.length, 1);
});

Deno.test("the call that uses up the run is its last, whatever the queue has counted", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports, { aiCalls: 2 });
  const { verdict } = await process(ports, job, { answer: fails("ai_timeout"), isLast: false });
  assert.equal(verdict.next, "fail");
  assert.equal(ports.stored.get(asset.id)?.failure?.code, "ai_timeout");
});

Deno.test("an answer is kept in hand while MongoDB is away, and saved without another call", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  let outages = 2;
  ports.faults["activate"] = () => {
    if (--outages === 0) delete ports.faults["activate"];
    return unavailable();
  };
  const { asked, verdict } = await process(ports, job);
  assert.equal(asked.length, 1);
  assert.deepEqual(verdict, { next: "complete" });
  assert.equal(ports.stored.get(asset.id)?.status, "active");
});

Deno.test("an answer that MongoDB took but whose acknowledgement was lost is announced, once", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  losesAnswer(ports, "activate");
  const { asked, verdict } = await process(ports, job);
  assert.equal(asked.length, 1);
  assert.deepEqual(verdict, { next: "complete" });
  assert.equal(ports.stored.get(asset.id)?.status, "active");
  assert.equal(ports.told.length, 1);
});

Deno.test("a call, an attempt and a failure are counted once when an acknowledgement was lost", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const answer = fails("ai_timeout");
  losesAnswer(ports, "claimCall");
  losesAnswer(ports, "recordAttempt");
  assert.equal((await process(ports, job, { answer })).verdict.next, "retry");
  assert.equal(ports.stored.get(asset.id)?.attempts.length, 1);
  losesAnswer(ports, "fail");
  assert.equal((await process(ports, job, { answer, isLast: true })).verdict.next, "fail");
  const { failure, attempts } = ports.stored.get(asset.id) ?? asset;
  assert.equal(failure?.message, "The analysis service did not answer in time. We tried 2 times.");
  assert.equal(attempts.length, 2);
  assert.equal(ports.letters.size, 1);
  assert.equal(ports.told.length, 1);
});

Deno.test("a job that begins while MongoDB is away waits for it", async () => {
  const ports = memoryPorts();
  const { job } = storeProcessing(ports);
  ports.faults["claimCall"] = () => {
    delete ports.faults["claimCall"];
    return unavailable();
  };
  assert.deepEqual((await process(ports, job)).verdict, { next: "complete" });
});

Deno.test("a worker that has to end while MongoDB is away hands the job back", async () => {
  const ports = memoryPorts();
  const { job } = storeProcessing(ports);
  const closing = new AbortController();
  ports.faults["claimCall"] = () => {
    closing.abort();
    return unavailable();
  };
  const { asked, verdict } = await process(ports, job, { graceOver: closing.signal, isLast: true });
  assert.deepEqual(asked, []);
  assert.equal(verdict.next, "hand back");
});

Deno.test("a failure that MongoDB cannot be told of before the worker ends is handed back as well", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const closing = new AbortController();
  ports.faults["fail"] = () => {
    closing.abort();
    return unavailable();
  };
  const answer = fails("ai_rejected");
  const { verdict } = await process(ports, job, { answer, graceOver: closing.signal });
  assert.equal(verdict.next, "hand back");
  assert.equal(ports.stored.get(asset.id)?.status, "processing");
});

Deno.test("a fault of our own counts as an attempt, and ends as an interruption for the owner", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const answer = () => Promise.reject(new TypeError("A fault of ours"));
  assert.equal((await process(ports, job, { answer })).verdict.next, "retry");
  assert.equal((await process(ports, job, { answer, isLast: true })).verdict.next, "fail");
  assert.equal(ports.stored.get(asset.id)?.failure?.code, "job_stalled");
  assert.deepEqual(ports.letters.get(job.id)?.attempts.map(({ code }) => code), [
    ...["internal_error", "internal_error"],
  ]);
});

Deno.test("T045 T051 a job whose asset is gone or settled ends quietly, without a call", async () => {
  const { job: gone } = storeProcessing(memoryPorts());
  const ports = memoryPorts();
  const { job: settled } = storeProcessing(ports, { status: "failed" });
  const { job: otherRun } = storeProcessing(ports, { processingJobId: "asset-x-2" });
  for (const job of [gone, settled, otherRun]) {
    const { asked, verdict, lines } = await process(ports, job);
    // What is gone takes its job along.
    assert.deepEqual(verdict, { next: job === gone ? "forget" : "complete" });
    assert.deepEqual(asked, []);
    assert.deepEqual(lines.map(({ level }) => level), ["warn"]);
  }
  assert.deepEqual(ports.told, []);
});

Deno.test("FR-004 a failure whose worker died before its dead letter was queued gets it from the next", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const failure = { code: "ai_timeout", message: "Too slow.", retryable: true } as const;
  const last = { at: new Date(), code: "ai_timeout", message: "Too slow" };
  await ports.assets.fail(asset.id, job.id, failure, last, "stamp-of-the-dead");
  const { verdict } = await process(ports, job);
  assert.deepEqual(verdict, { next: "complete" });
  assert.equal(ports.letters.get(job.id)?.reason, "ai_timeout");
});

Deno.test("a result for an asset that was deleted meanwhile is dropped without an event", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const answer = async () => {
    await ports.assets.bury(asset.id, asset.userId);
    return ANALYSIS;
  };
  const { verdict } = await process(ports, job, { answer });
  assert.deepEqual(verdict, { next: "forget" });
  assert.deepEqual(ports.told, []);
});

Deno.test("an event that cannot be sent undoes nothing", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const cause = new Error("On demand");
  ports.faults["settled"] = () => Promise.reject(cause);
  const { verdict, lines } = await process(ports, job);
  assert.deepEqual(verdict, { next: "complete" });
  assert.equal(ports.stored.get(asset.id)?.status, "active");
  assert.ok(lines.some(({ level, fields }) => level === "warn" && fields["err"] === cause));
});

Deno.test("T055 the log follows an attempt by its request, with code and duration", async () => {
  const ports = memoryPorts();
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const { job } = storeProcessing(ports, { requestId: "request-9", traceparent });
  const { lines } = await process(ports, job, { answer: fails("ai_timeout"), isLast: true });
  assert.deepEqual(lines.map(({ level, message }) => [level, message]), [
    ["info", "Attempt started"],
    ["warn", "Attempt failed"],
    ["error", "Asset failed"],
  ]);
  for (const { fields } of lines) {
    assert.equal(fields["requestId"], "request-9");
    assert.equal(fields["traceparent"], traceparent);
  }
  assert.equal(lines[1]?.fields["code"], "ai_timeout");
  assert.equal(typeof lines[1]?.fields["durationMs"], "number");
});
