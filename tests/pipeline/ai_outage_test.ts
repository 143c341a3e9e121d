import assert from "node:assert/strict";
import { startSampleAi } from "../../dev/sample_ai/server.ts";
import { aiCalls, orderFault } from "../support/ai_control.ts";
import { connect, newUser, type User } from "../support/client.ts";
import { exitCodeOf, startProcesses } from "../support/processes.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";

/** The job of a worker that was killed is soon taken up. */
const QUICK = { LOCK_DURATION_MS: "2000", STALLED_INTERVAL_MS: "1000" };

/** An AI service that can be taken away, and a pipeline that uses it, with an API. */
async function startStage(resources: AsyncDisposableStack) {
  const ai = resources.use(await startSampleAi({}));
  const proxy = resources.use(startTcpProxy(ai.url));
  const pipeline = resources.use(await startProcesses({ ...QUICK, AI_SERVICE_URL: proxy.url }));
  const { ready: [, api = ""] } = await pipeline.start("api");
  return { ai, proxy, pipeline, api };
}

/** Submits so many photos, one after the other; the assets' ids in that order. */
function submitMany(user: User, api: string, count: number): Promise<string[]> {
  return Array.fromAsync({ length: count }, async () => {
    const { status, body } = await user.submit(api);
    assert.equal(status, 202);
    return body.data.assetId;
  });
}

function timesIn(output: readonly string[], text: string): number {
  return output.filter((line) => line.includes(text)).length;
}

Deno.test("20 jobs wait while the AI service is away, whatever workers come and go; none is given up", async () => {
  await using resources = new AsyncDisposableStack();
  const { ai, proxy, pipeline, api } = await startStage(resources);
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  proxy.cut();
  const assetIds = await submitMany(user, api, 20);

  const startWorker = () => pipeline.start("worker", { LOG_LEVEL: "debug" });
  const workers = await Promise.all([startWorker(), startWorker()]);
  for (const worker of workers) {
    const isTrying = () => timesIn(worker.output(), "half-open") > 0;
    await until("each worker to have tried the service", isTrying);
  }
  workers[0].kill("SIGKILL");
  workers[1].kill("SIGTERM");
  assert.equal(await exitCodeOf(workers[1]), 0);
  const [later] = await Promise.all([startWorker(), startWorker()]);
  await until("a new worker to try it", () => timesIn(later.output(), "half-open") > 1);
  const waiting = await pipeline.documents();
  assert.ok(waiting.every(({ status }) => status === "processing"));
  // Those that failed before the third one opened the circuit.
  assert.equal(waiting.flatMap(({ attempts }) => attempts).length, 2);
  assert.equal(device.events.length, 0);

  proxy.restore();
  const isActive = async () =>
    (await pipeline.documents()).every(({ status }) => status === "active");
  await until("all to be active", isActive, 45_000);
  assert.equal((await aiCalls(ai.url)).length, assetIds.length);
  await until("an event for each", () => device.events.length === assetIds.length);
  assert.equal(timesIn(later.output(), "circuit closed"), 1);
});

Deno.test("a picture that the AI service never manages ends failed, the others beside it active", async () => {
  await using pipeline = await startProcesses();
  const [{ ready: [, api = ""] }, worker] = await Promise.all([
    pipeline.start("api"),
    pipeline.start("worker"),
  ]);
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  await pipeline.queue.pause();
  const [lone = "", ...others] = await submitMany(user, api, 5);
  await orderFault(pipeline.ai.url, { kind: "status", status: 504, match: lone });
  await pipeline.queue.resume();
  const event = await device.eventOf(lone, "failed");
  const sentence = "The analysis service did not answer. We tried 3 times.";
  assert.equal("error" in event && event.error, sentence);
  for (const assetId of others) await device.eventOf(assetId, "active");
  assert.equal(timesIn(worker.output(), "circuit open"), 0);
});

Deno.test("pictures that the AI service never manages hold up nobody for good", async () => {
  await using pipeline = await startProcesses({ WORKER_CONCURRENCY: "1" });
  const [{ ready: [, api = ""] }, worker] = await Promise.all([
    pipeline.start("api"),
    pipeline.start("worker"),
  ]);
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  await pipeline.queue.pause();
  const assetIds = await submitMany(user, api, 6);
  const [bad, good] = [assetIds.slice(0, 3), assetIds.slice(3)];
  for (const match of bad) {
    await orderFault(pipeline.ai.url, { kind: "status", status: 504, match });
  }
  await pipeline.queue.resume();
  for (const assetId of good) await device.eventOf(assetId, "active");
  assert.ok(timesIn(worker.output(), "circuit open") > 0);
});
