import assert from "node:assert/strict";
import type { Redis } from "ioredis";
import { jobIdOf } from "../../src/assets/asset.ts";
import { AssetError } from "../../src/assets/errors.ts";
import type { JobData } from "../../src/assets/ports.ts";
import { connectRedis, openRedis } from "../../src/queue/connections.ts";
import { createJobQueue } from "../../src/queue/job_queue.ts";
import { assetErrorOf, failureOf } from "../support/failures.ts";
import { recordLogs } from "../support/recorded_logs.ts";
import { services } from "../support/services.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { newJobData, openTestQueue, type TestQueue } from "../support/test_queue.ts";
import {
  addJob,
  addJobs,
  type Process,
  startTestWorker,
  untilEnded,
} from "../support/test_worker.ts";
import { until } from "../support/until.ts";

const { logger } = recordLogs();
const OPTIONS = { attempts: 3, backoffMs: 2000, allowLoopback: false, logger };

function connect(resources: AsyncDisposableStack, url: string): Redis {
  return resources.adopt(
    connectRedis({ url, name: "test", whenAway: "fail", logger }),
    (redis) => redis.disconnect(),
  );
}

/** Adds a job of a new asset and reads it back through BullMQ. */
async function addAndRead(queue: TestQueue, data = newJobData()) {
  const id = jobIdOf(data.assetId, 1);
  await queue.jobs.add(id, data);
  const job = await queue.bull.getJob(id);
  assert.ok(job);
  return { id, data, job };
}

Deno.test("FR-002 T007 jobs wait in the queue ai-processing", async () => {
  await using queue = await openTestQueue();
  const { id } = await addAndRead(queue);
  assert.deepEqual(await queue.redis.lrange(`${queue.prefix}:ai-processing:wait`, 0, -1), [id]);
  assert.equal(await queue.bull.getWaitingCount(), 1);
});

Deno.test("FR-003 T007 T019 T024 a job carries three attempts with exponential backoff from 2 s", async () => {
  await using queue = await openTestQueue();
  const { job } = await addAndRead(queue);
  assert.equal(job.opts.attempts, 3);
  assert.deepEqual(job.opts.backoff, { type: "exponential", delay: 2000 });
});

Deno.test("FR-003 T007 attempts and backoff are what the configuration says", async () => {
  await using queue = await openTestQueue({ attempts: 7, backoffMs: 10 });
  const { job } = await addAndRead(queue);
  assert.equal(job.opts.attempts, 7);
  assert.deepEqual(job.opts.backoff, { type: "exponential", delay: 10 });
});

Deno.test("T007 T019 a completed job is kept for a day, a failed one for seven", async () => {
  await using queue = await openTestQueue();
  const { job } = await addAndRead(queue);
  assert.deepEqual(job.opts.removeOnComplete, { age: 86_400 });
  assert.deepEqual(job.opts.removeOnFail, { age: 604_800 });
});

Deno.test("T018 T024 a job's data in Redis is exactly its five fields, its id asset-<id>-<run>", async () => {
  await using queue = await openTestQueue();
  const data = newJobData();
  const id = `asset-${data.assetId}-1`;
  await addAndRead(queue, data);
  const stored = await queue.redis.hget(`${queue.prefix}:ai-processing:${id}`, "data");
  assert.deepEqual(JSON.parse(stored ?? ""), {
    assetId: data.assetId,
    userId: data.userId,
    imageUrl: data.imageUrl,
    category: data.category,
    createdAt: data.createdAt,
  });
});

Deno.test("T018 T024 data that is not to the letter is refused and never reaches Redis", async () => {
  await using queue = await openTestQueue();
  const good = newJobData();
  const { createdAt: _, ...incomplete } = good;
  const bad: Record<string, unknown>[] = [
    ...[{ ...good, attempt: 1 }, { ...good, requestId: "request-1" }, incomplete, {}],
    ...[{ ...good, assetId: "42" }, { ...good, assetId: "ABCDEF".repeat(4) }],
    ...[{ ...good, userId: "g".repeat(24) }, { ...good, userId: null }],
    ...[{ ...good, imageUrl: "/a.png" }, { ...good, imageUrl: "http://example.com/a.png" }],
    ...[{ ...good, imageUrl: "http://127.0.0.1/a.png" }, { ...good, category: "hats" }],
    ...[{ ...good, createdAt: "yesterday" }, { ...good, createdAt: Date.now() }],
  ];
  for (const data of bad) {
    await failureOf(queue.jobs.add("asset-x-1", data as unknown as JobData));
  }
  assert.equal(await queue.bull.getJobCountByTypes(), 0);
});

Deno.test("an image on this machine is accepted in development", async () => {
  await using queue = await openTestQueue({ allowLoopback: true });
  const { job } = await addAndRead(queue, newJobData({ imageUrl: "http://127.0.0.1:3000/a.png" }));
  assert.equal(job.data.imageUrl, "http://127.0.0.1:3000/a.png");
});

Deno.test("adding a job twice changes nothing", async () => {
  await using queue = await openTestQueue();
  const { id, data } = await addAndRead(queue);
  await queue.jobs.add(id, data);
  await queue.jobs.add(id, { ...data, category: "other" });
  assert.equal(await queue.bull.getJobCountByTypes(), 1);
  assert.equal((await queue.bull.getJob(id))?.data.category, data.category);
});

Deno.test("a later run of an asset is a job of its own", async () => {
  await using queue = await openTestQueue();
  const { data } = await addAndRead(queue);
  await queue.jobs.add(jobIdOf(data.assetId, 2), data);
  assert.equal(await queue.bull.getWaitingCount(), 2);
});

Deno.test("US4.1 T061 the jobs are counted by their states", async () => {
  await using queue = await openTestQueue({ attempts: 1, backoffMs: 60_000 });
  const { jobs } = queue;
  const none = { waiting: 0, active: 0, completed: 0, failed: 0, delayed: 0 };
  assert.deepEqual(await jobs.counts(), none);
  const [good, bad] = [await addJob(queue), await addJob(queue)];
  const process: Process = ({ id }) => {
    if (id === good) return Promise.resolve();
    const code = id === bad ? "ai_rejected" : "ai_unavailable";
    return Promise.reject(new AssetError(code, "On demand"));
  };
  await using worker = await startTestWorker(queue, process);
  await untilEnded(queue, "completed", 1);
  await untilEnded(queue, "failed", 1);
  await worker.close();
  await queue.bull.add("ai-processing", newJobData(), { delay: 60_000 });
  await addJobs(queue, 3);
  assert.deepEqual(await jobs.counts(), {
    ...{ waiting: 3, active: 0, completed: 1, failed: 1, delayed: 1 },
  });
  const gate = Promise.withResolvers<void>();
  await using busy = await startTestWorker(queue, () => gate.promise, { concurrency: 1 });
  busy.onClose(gate.resolve);
  await until("a job is under way", () => busy.attempts.length);
  const { waiting, active } = await jobs.counts();
  assert.deepEqual({ waiting, active }, { waiting: 2, active: 1 });
});

Deno.test("a job is removed whatever its state, unless a worker has it", async () => {
  await using queue = await openTestQueue({ attempts: 2, backoffMs: 60_000 });
  const { jobs, bull } = queue;
  const gate = Promise.withResolvers<void>();
  const [completed, failed, delayed, active] = await addJobs(queue, 4) as [
    ...[string, string, string, string],
  ];
  await using worker = await startTestWorker(queue, ({ id }) => {
    if (id === completed) return Promise.resolve();
    if (id === active) return gate.promise;
    const code = id === failed ? "ai_rejected" : "ai_unavailable";
    return Promise.reject(new AssetError(code, "On demand"));
  });
  worker.onClose(gate.resolve);
  await untilEnded(queue, "failed", 1);
  await until("one waits for its retry", () => bull.getDelayedCount());
  await until("one is under way", () => worker.attempts.includes(active));
  for (const id of [completed, failed, delayed, "asset-unknown-1"]) {
    assert.equal(await jobs.remove(id), true);
  }
  assert.equal(await jobs.remove(active), false);
  assert.deepEqual((await bull.getJobs()).map(({ id }) => id), [active]);
});

Deno.test("T007 a job that completed more than a day ago goes when another one completes", async () => {
  await using queue = await openTestQueue();
  await using _worker = await startTestWorker(queue, () => Promise.resolve());
  const old = await addJob(queue);
  await untilEnded(queue, "completed", 1);
  const young = await addJob(queue);
  await untilEnded(queue, "completed", 2);
  const completed = `${queue.prefix}:ai-processing:completed`;
  await queue.redis.zadd(completed, Date.now() - 86_401_000, old);
  const last = await addJob(queue);
  await until("the last one completed", () => queue.redis.zscore(completed, last));
  assert.deepEqual(
    (await queue.bull.getCompleted()).map(({ id }) => id).sort(),
    [young, last].sort(),
  );
});

Deno.test("no key outside the prefix is touched", async () => {
  await using queue = await openTestQueue();
  await using resources = new AsyncDisposableStack();
  const user = queue.prefix;
  await queue.redis.call("ACL", "SETUSER", user, "on", ">secret", `~${user}:*`, "&*", "+@all");
  resources.defer(async () => void await queue.redis.call("ACL", "DELUSER", user));
  const url = new URL(services().redisUrl);
  Object.assign(url, { username: user, password: "secret" });
  const redis = connect(resources, url.href);
  await openRedis(redis, AbortSignal.timeout(15_000));
  const jobs = createJobQueue({ redis, prefix: user, ...OPTIONS });
  resources.defer(() => jobs.close());

  await assert.rejects(redis.get("elsewhere"), /NOPERM/);
  await jobs.add("asset-1-1", newJobData());
  assert.equal(await queue.bull.getWaitingCount(), 1);
});

Deno.test("while nothing listens at Redis' address adding fails by itself", async () => {
  await using resources = new AsyncDisposableStack();
  const closed = startTcpProxy(services().redisUrl);
  await closed[Symbol.asyncDispose]();
  const jobs = createJobQueue({ redis: connect(resources, closed.url), prefix: "t", ...OPTIONS });
  resources.defer(() => jobs.close());
  const { cause } = await assetErrorOf(jobs.add("asset-1-1", newJobData()), "service_unavailable");
  assert.ok(cause instanceof Error);
  await assetErrorOf(jobs.ping(), "service_unavailable");
});

for (const outage of ["cut", "freeze"] as const) {
  Deno.test(`after a ${outage} of a connection that stood adding fails by itself`, async () => {
    await using proxy = startTcpProxy(services().redisUrl);
    await using queue = await openTestQueue({ redisUrl: proxy.url });
    await addAndRead(queue);
    await queue.jobs.ping();
    proxy[outage]();
    const data = newJobData();
    const adding = queue.jobs.add(jobIdOf(data.assetId, 1), data);
    const [{ cause }] = await Promise.all([
      assetErrorOf(adding, "service_unavailable"),
      assetErrorOf(queue.jobs.ping(), "service_unavailable"),
    ]);
    assert.ok(cause instanceof Error);
  });
}
