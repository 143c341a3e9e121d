import assert from "node:assert/strict";
import { aiCalls, clearFaults, orderFault } from "../support/ai_control.ts";
import { connect, newUser } from "../support/client.ts";
import { submitWithHeldCall } from "../support/held_call.ts";
import { startProcesses } from "../support/processes.ts";
import { services } from "../support/services.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";

const QUICK = { LOCK_DURATION_MS: "1000", STALLED_INTERVAL_MS: "500" };

Deno.test("FR-016 E4 the job of a worker that was killed is taken up by another one", async () => {
  await using pipeline = await startProcesses({ ...QUICK, JOB_ATTEMPTS: "2" });
  const [api, worker] = await Promise.all([pipeline.start("api"), pipeline.start("worker")]);
  const url = api.ready[1] ?? "";
  const user = await newUser();
  using device = await connect(url, { token: user.token });
  await orderFault(pipeline.ai.url, { kind: "hang", times: 1 });
  const { assetId } = (await user.submit(url)).body.data;
  await until("the AI call", async () => (await aiCalls(pipeline.ai.url)).length);
  worker.kill("SIGKILL");
  await worker.status;
  await pipeline.start("worker");
  await device.eventOf(assetId, "active");
  assert.equal((await aiCalls(pipeline.ai.url)).length, 2);
  assert.equal(device.events.length, 1);
});

Deno.test("FR-004 a job that keeps killing its workers ends failed, as a dead letter", async () => {
  await using pipeline = await startProcesses(QUICK);
  const api = await pipeline.start("api");
  const url = api.ready[1] ?? "";
  const [user, admin] = [await newUser(), await newUser({ role: "admin" })];
  using device = await connect(url, { token: user.token });
  await orderFault(pipeline.ai.url, { kind: "hang" });
  const { assetId, jobId } = (await user.submit(url)).body.data;
  for (let crashes = 1; crashes <= 3; crashes++) {
    const worker = await pipeline.start("worker");
    const isCalled = async () => (await aiCalls(pipeline.ai.url)).length === crashes;
    await until(`call ${crashes}`, isCalled);
    worker.kill("SIGKILL");
    await worker.status;
  }
  await pipeline.start("worker");
  const event = await device.eventOf(assetId, "failed");
  const sentence = "The analysis was interrupted too often. We tried 3 times.";
  assert.equal("error" in event && event.error, sentence);
  const { items } = (await admin.get(url, "/api/assets/dead-letter")).body.data;
  assert.equal(items[0].jobId, jobId);
  assert.equal(items[0].reason, "job_stalled");
  assert.equal(items[0].attempts.at(-1).code, "job_stalled");
  assert.equal((await aiCalls(pipeline.ai.url)).length, 3);
});

Deno.test("E1 a job that loses Redis in its midst ends well once Redis is back", async () => {
  await using proxy = startTcpProxy(services().redisUrl);
  await using pipeline = await startProcesses({
    ...{ ...QUICK, REDIS_URL: proxy.url, JOB_ATTEMPTS: "1" },
  });
  const [{ ready: [, api = ""] }] = await Promise.all([
    pipeline.start("api"),
    pipeline.start("worker"),
  ]);
  const user = await newUser();
  const held = await submitWithHeldCall({ ai: pipeline.ai, apiUrls: [api] }, user);
  const { assetId, jobId } = held;
  proxy.cut();
  await clearFaults(pipeline.ai.url);
  const isAnswered = async () => (await aiCalls(pipeline.ai.url))[0]?.outcome;
  await until("its answer", isAnswered);
  proxy.restore();
  const isActive = async () =>
    (await user.get(api, `/api/assets/${assetId}`)).body.data.status === "active";
  await until("the asset to be active", isActive);
  const isCompleted = () => pipeline.queue.getJob(jobId).then((job) => job?.isCompleted());
  await until("its job to be completed", isCompleted);
});
