import assert from "node:assert/strict";
import { UnrecoverableError, Worker } from "bullmq";
import { Redis } from "ioredis";
import { parseConfig } from "../../src/config/config.ts";
import { startWorker } from "../../src/roles/worker.ts";
import { aiCalls, clearFaults, orderFault } from "../support/ai_control.ts";
import { connect, newUser } from "../support/client.ts";
import { submitWithHeldCall } from "../support/held_call.ts";
import { type Pipeline, startPipeline } from "../support/pipeline.ts";
import { quietLogger } from "../support/quiet_logger.ts";
import { isMarked, SOON } from "../support/reconciling.ts";
import { services } from "../support/services.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";

/** One job at a time, and a reconciler that takes nothing for forgotten only because it is old. */
const ONE_BY_ONE = { WORKER_CONCURRENCY: "1", RECONCILE_INTERVAL_MS: "100" };

async function untilAllActive({ documents }: Pipeline, count: number): Promise<void> {
  const active = async () =>
    (await documents()).filter(({ status }) => status === "active").length === count;
  await until(`${count} assets to be active`, active);
}

/** Workers that are closed before the pipeline is. */
async function startWorkers(pipeline: Pipeline, count: number, env = {}) {
  const resources = new AsyncDisposableStack();
  const config = parseConfig({ ...pipeline.env, ...env });
  for (let i = 0; i < count; i++) {
    await startWorker(config, quietLogger, resources.use(new AsyncDisposableStack()));
  }
  return resources;
}

Deno.test("jobs that Redis lost are made all the same, in their order, each with one call and one event", async () => {
  await using pipeline = await startPipeline({ env: ONE_BY_ONE });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  const submitted = [(await submitWithHeldCall(pipeline, user)).jobId];
  for (let count = 0; count < 20; count++) {
    submitted.push((await user.submit(api)).body.data.jobId);
  }
  await pipeline.loseRedisData();
  await clearFaults(pipeline.ai.url);
  await untilAllActive(pipeline, 21);
  const calls = (await aiCalls(pipeline.ai.url)).map(({ idempotencyKey }) => idempotencyKey);
  assert.deepEqual(calls, submitted.map((jobId) => `${jobId}-1`));
  await pipeline.lastWord(user.userId, "The last one.");
  await until("the last word", () => device.events.at(-1)?.status === "failed");
  assert.equal(device.events.length, 22);
});

Deno.test("a Redis that comes back empty is filled at once, whatever the interval", async () => {
  await using proxy = startTcpProxy(services().redisUrl);
  await using pipeline = await startPipeline({
    redisUrl: proxy.url,
    env: { ...ONE_BY_ONE, RECONCILE_INTERVAL_MS: "3600000" },
  });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  await submitWithHeldCall(pipeline, user);
  await user.submit(api);
  await until("the first round", () => isMarked(pipeline));
  proxy.cut();
  await pipeline.loseRedisData();
  proxy.restore();
  await until("the queue to be filled", () => pipeline.queue.getWaitingCount());
  await clearFaults(pipeline.ai.url);
  await untilAllActive(pipeline, 2);
});

Deno.test("a worker that ends leaves its repairs to the next one at once", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  {
    await using _first = await startWorkers(pipeline, 1);
    await until("its first round", () => isMarked(pipeline));
  }
  await (await newUser()).submit(api);
  await pipeline.loseRedisData();
  await using _second = await startWorkers(pipeline, 1);
  // Long before the interval is over, or the lease of the first one would be.
  await untilAllActive(pipeline, 1);
});

Deno.test("dead letters that Redis lost are back in their queue", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  await using _worker = await startWorkers(pipeline, 1, SOON);
  const [api = ""] = pipeline.apiUrls;
  const [user, admin] = [await newUser(), await newUser({ role: "admin" })];
  const letters = async () =>
    (await admin.get(api, "/api/assets/queue-status")).body.data.deadLetter;
  await orderFault(pipeline.ai.url, { kind: "status", status: 422 });
  for (let count = 0; count < 3; count++) await user.submit(api);
  await until("three dead letters", async () => await letters() === 3);
  await pipeline.loseRedisData();
  await until("them to be back", async () => await letters() === 3);
});

Deno.test("a job that failed without its asset is settled: one dead letter, one event", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const [user, admin] = [await newUser(), await newUser({ role: "admin" })];
  using device = await connect(api, { token: user.token });
  const { assetId, jobId } = (await user.submit(api)).body.data;
  {
    // Gives the job up, and says nothing to anybody.
    await using resources = new AsyncDisposableStack();
    const redis = new Redis(services().redisUrl, { maxRetriesPerRequest: null });
    resources.defer(() => redis.disconnect());
    const giveUp = () => Promise.reject(new UnrecoverableError("Stalled too often"));
    const prefix = pipeline.env["QUEUE_PREFIX"] ?? "";
    const worker = new Worker("ai-processing", giveUp, { connection: redis, prefix });
    resources.defer(() => worker.close());
    await until("the job to fail", () => pipeline.queue.getFailedCount());
  }
  await using _workers = await startWorkers(pipeline, 5, SOON);
  assert.equal((await device.eventOf(assetId)).status, "failed");
  const { items } = (await admin.get(api, "/api/assets/dead-letter")).body.data;
  assert.deepEqual(
    items.map((letter: Record<string, unknown>) => [
      ...[letter["jobId"], letter["reason"], letter["message"]],
    ]),
    [[jobId, "job_stalled", "Stalled too often"]],
  );
  assert.equal((await admin.get(api, "/api/assets/queue-status")).body.data.deadLetter, 1);
  await pipeline.lastWord(user.userId, "The last one.");
  await until("the last word", () => device.events.at(-1)?.assetId !== assetId);
  assert.equal(device.events.length, 2);
});

Deno.test("five workers that look after everything all the time settle nothing wrongly", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  // Older than what is looked after, while their calls are under way.
  await orderFault(pipeline.ai.url, { kind: "slow", delayMs: 1500, times: 20 });
  const submitted: string[] = [];
  for (let count = 0; count < 40; count++) {
    submitted.push((await user.submit(api)).body.data.assetId);
  }
  await using _workers = await startWorkers(pipeline, 5, SOON);
  await untilAllActive(pipeline, 40);
  assert.equal((await aiCalls(pipeline.ai.url)).length, 40);
  await pipeline.lastWord(user.userId, "The last one.");
  await until("the last word", () => device.events.at(-1)?.status === "failed");
  const heard = device.events.slice(0, -1).map(({ assetId }) => assetId);
  assert.deepEqual(heard.sort(), submitted.sort());
});
