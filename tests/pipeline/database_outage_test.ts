import assert from "node:assert/strict";
import { aiCalls, clearFaults } from "../support/ai_control.ts";
import { connect, newUser } from "../support/client.ts";
import { submitWithHeldCall } from "../support/held_call.ts";
import { startPipeline } from "../support/pipeline.ts";
import { services } from "../support/services.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";

Deno.test("an answer that comes while MongoDB is away is saved when it is back, with no second call", async () => {
  await using proxy = startTcpProxy(services().mongoUri);
  await using pipeline = await startPipeline({ mongoUri: proxy.url, env: { JOB_ATTEMPTS: "1" } });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  const { assetId } = await submitWithHeldCall(pipeline, user);
  proxy.cut();
  await clearFaults(pipeline.ai.url);
  const isAnswered = async () => (await aiCalls(pipeline.ai.url))[0]?.outcome;
  await until("its answer", isAnswered);
  assert.equal((await user.get(api, `/api/assets/${assetId}`)).status, 503);
  assert.equal(device.events.length, 0);
  proxy.restore();
  await device.eventOf(assetId, "active");
  assert.equal((await aiCalls(pipeline.ai.url)).length, 1);
});

Deno.test("a result that comes while MongoDB hangs is saved and told once, when it answers again", async () => {
  await using proxy = startTcpProxy(services().mongoUri);
  await using pipeline = await startPipeline({ mongoUri: proxy.url });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  const { assetId } = await submitWithHeldCall(pipeline, user);
  proxy.freeze();
  await clearFaults(pipeline.ai.url);
  await until("its answer", async () => (await aiCalls(pipeline.ai.url))[0]?.outcome);
  assert.equal(device.events.length, 0);
  proxy.restore();
  await device.eventOf(assetId, "active");
  await pipeline.lastWord(user.userId, "Nothing follows.");
  await until("the last word", () => device.events.some((event) => "error" in event));
  assert.equal(device.events.length, 2);
  assert.equal((await aiCalls(pipeline.ai.url)).length, 1);
});

Deno.test("a job that begins while MongoDB is away waits for it, and loses no attempt", async () => {
  await using proxy = startTcpProxy(services().mongoUri);
  await using pipeline = await startPipeline({ mongoUri: proxy.url, env: { JOB_ATTEMPTS: "1" } });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  await pipeline.queue.pause();
  const { assetId, jobId } = (await user.submit(api)).body.data;
  proxy.cut();
  await pipeline.queue.resume();
  await until("a worker to have the job", () => pipeline.queue.getActiveCount());
  assert.equal((await pipeline.queue.getJob(jobId))?.attemptsMade, 0);
  proxy.restore();
  await device.eventOf(assetId, "active");
  assert.equal((await aiCalls(pipeline.ai.url)).length, 1);
});
