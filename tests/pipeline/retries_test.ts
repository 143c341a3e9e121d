import assert from "node:assert/strict";
import type { Job } from "bullmq";
import { startSampleAi } from "../../dev/sample_ai/server.ts";
import { aiCalls, orderFault } from "../support/ai_control.ts";
import { connect, newUser } from "../support/client.ts";
import { type Pipeline, startPipeline } from "../support/pipeline.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";

/** Too long to run out by itself: the tests end each pause. */
const PAUSED = { JOB_BACKOFF_MS: "600000" };

/** The job, once it waits for its next attempt. */
function untilPaused({ queue }: Pipeline): Promise<Job> {
  return until("the job to wait for its retry", async () => (await queue.getDelayed())[0]);
}

Deno.test("FR-003 E2 US3.3 T043 a 5xx is tried three times, each pause twice as long, then the asset is failed", async () => {
  await using pipeline = await startPipeline({ env: PAUSED });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  await orderFault(pipeline.ai.url, { kind: "status", status: 503 });
  const { assetId } = (await user.submit(api)).body.data;
  for (const [attempts, delay] of [[1, 600_000], [2, 1_200_000]] as const) {
    const job = await untilPaused(pipeline);
    assert.deepEqual([job.attemptsMade, job.delay], [attempts, delay]);
    assert.equal((await aiCalls(pipeline.ai.url)).length, attempts);
    const { data } = (await user.get(api, `/api/assets/${assetId}`)).body;
    assert.equal(data.status, "processing");
    assert.deepEqual(device.events, []);
    await job.promote();
  }
  await device.eventOf(assetId, "failed");
  assert.equal((await aiCalls(pipeline.ai.url)).length, 3);
});

Deno.test("E2 US3.3 an AI service that is not there costs an attempt, and the next one finds it back", async () => {
  await using ai = await startSampleAi({});
  await using proxy = startTcpProxy(ai.url);
  await using pipeline = await startPipeline({ env: { ...PAUSED, AI_SERVICE_URL: proxy.url } });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  proxy.cut();
  const { assetId } = (await user.submit(api)).body.data;
  const job = await untilPaused(pipeline);
  assert.deepEqual([job.attemptsMade, job.delay], [1, 600_000]);
  assert.deepEqual(await aiCalls(ai.url), []);

  proxy.restore();
  await job.promote();
  await device.eventOf(assetId, "active");
  assert.equal((await aiCalls(ai.url)).length, 1);
});
