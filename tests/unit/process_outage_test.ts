import assert from "node:assert/strict";
import type { AiCircuit, Outage } from "../../src/assets/ai_outage.ts";
import { AssetError, type ErrorCode } from "../../src/assets/errors.ts";
import { processAsset } from "../../src/assets/process_asset.ts";
import { memoryOutageLog, OPEN_ROAD } from "../support/memory_outages.ts";
import {
  ANALYSIS,
  type MemoryPorts,
  memoryPorts,
  storeProcessing,
  unavailable,
} from "../support/memory_ports.ts";
import { recordLogs } from "../support/recorded_logs.ts";

const MINUTE_MS = 60_000;

/** The circuit of an outage: the call is made, or it is not, and that is what it says. */
const circuitOf = (code: ErrorCode): AiCircuit => ({
  async call(_assetId, call) {
    if (code === "ai_outage") await call();
    throw new AssetError(code, "The AI service is away", { retryAfterMs: 3000 });
  },
  isClosed: () => false,
});

/** Makes one attempt; tells how often the AI service was asked. */
async function attempt(ports: MemoryPorts, job: ReturnType<typeof storeProcessing>["job"], {
  circuit = OPEN_ROAD,
  outages = memoryOutageLog(),
} = {}) {
  let asked = 0;
  const ai = { analyze: () => Promise.resolve((asked += 1, ANALYSIS)) };
  const { logger, lines } = recordLogs();
  const never = new AbortController().signal;
  const signals = { graceOver: never, lockLost: never };
  const verdict = await processAsset(
    { ...ports, ai, circuit, outages, attemptMs: MINUTE_MS },
    job,
    { isLast: true, maxCalls: 3, ...signals },
    logger,
  );
  return { asked, verdict, lines };
}

Deno.test("a call that found the AI service away as others did is given back, and the job lets others go first", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports, { aiCalls: 2 });
  const held: Outage[] = [];
  const outages = memoryOutageLog(held);
  const { asked, verdict } = await attempt(ports, job, {
    circuit: circuitOf("ai_outage"),
    outages,
  });
  assert.equal(asked, 1);
  assert.equal(verdict.next, "step back");
  assert.equal("error" in verdict && verdict.error.retryAfterMs, 3000);
  const left = ports.stored.get(asset.id);
  assert.deepEqual([left?.status, left?.aiCalls, left?.attempts], ["processing", 2, []]);
  assert.equal(held.length, 1);
});

Deno.test("a job that may not call waits its turn, and nothing is counted or told of it", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports);
  const held: Outage[] = [];
  const outages = memoryOutageLog(held);
  const circuit = circuitOf("circuit_open");
  const { asked, verdict, lines } = await attempt(ports, job, { circuit, outages });
  assert.equal(asked, 0);
  assert.equal(verdict.next, "hold queue");
  assert.deepEqual(ports.calls, []);
  assert.equal(ports.stored.get(asset.id)?.firstCallAt, undefined);
  assert.equal(held.length, 1);
  assert.deepEqual(lines.map(({ level }) => level), ["debug"]);
});

Deno.test("an outage is noted from the attempt that tries the service to the end of the hold, also when MongoDB is away first", async () => {
  const ports = memoryPorts();
  const { job } = storeProcessing(ports);
  const held: Outage[] = [];
  const outages = memoryOutageLog(held);
  let isAway = true;
  const note: typeof outages.note = (hold) => {
    if (!isAway) return outages.note(hold);
    isAway = false;
    return Promise.reject(new AssetError("service_unavailable", "On demand"));
  };
  let calledAt = Infinity;
  const { call, isClosed } = circuitOf("ai_outage");
  const circuit: AiCircuit = {
    isClosed,
    call: (assetId, work) => {
      calledAt = Date.now();
      return call(assetId, work);
    },
  };
  await attempt(ports, job, { circuit, outages: { ...outages, note } });
  const [hold] = held;
  assert.ok(hold && hold.from.getTime() <= calledAt && hold.until.getTime() >= calledAt + 3000);
});

for (const [minutes, end] of [[10, "active"], [4, "failed"]] as const) {
  Deno.test(`a run 20 minutes old of which the queue was held for ${minutes} ends ${end}`, async () => {
    const ports = memoryPorts();
    const now = Date.now();
    const firstCallAt = new Date(now - 20 * MINUTE_MS);
    const { asset, job } = storeProcessing(ports, { firstCallAt, aiCalls: 1 });
    const from = new Date(now - 15 * MINUTE_MS);
    const outages = memoryOutageLog([{ from, until: new Date(+from + minutes * MINUTE_MS) }]);
    const { asked } = await attempt(ports, job, { outages });
    assert.equal(asked, end === "active" ? 1 : 0);
    assert.equal(ports.stored.get(asset.id)?.status, end);
  });
}

Deno.test("a young run does not ask for outages", async () => {
  const ports = memoryPorts();
  const { asset, job } = storeProcessing(ports, { firstCallAt: new Date(Date.now() - MINUTE_MS) });
  await attempt(ports, job, { outages: { ...memoryOutageLog(), since: unavailable } });
  assert.equal(ports.stored.get(asset.id)?.status, "active");
});
