import assert from "node:assert/strict";
import { createConnection } from "mongoose";
import { aiCalls, orderFault } from "../support/ai_control.ts";
import { connect, newUser } from "../support/client.ts";
import { startPipeline } from "../support/pipeline.ts";
import { until } from "../support/until.ts";

Deno.test("a 429 of the AI service costs no attempt: the same call is made again", async () => {
  await using pipeline = await startPipeline({ env: { JOB_ATTEMPTS: "1" } });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  await orderFault(pipeline.ai.url, { kind: "rate_limit", retryAfter: "1", times: 2 });
  const { assetId, jobId } = (await user.submit(api)).body.data;
  await device.eventOf(assetId, "active");
  const keys = (await aiCalls(pipeline.ai.url)).map(({ idempotencyKey }) => idempotencyKey);
  assert.deepEqual(keys, [`${jobId}-1`, `${jobId}-1`, `${jobId}-1`]);
  const [document] = await pipeline.documents();
  assert.equal(document?.["aiCalls"], 1);
});

Deno.test("a run that meets nothing but 429 ends after 15 minutes, as deadline_exceeded", async () => {
  await using pipeline = await startPipeline();
  const [api = ""] = pipeline.apiUrls;
  const [user, admin] = [await newUser(), await newUser({ role: "admin" })];
  using device = await connect(api, { token: user.token });
  await orderFault(pipeline.ai.url, { kind: "rate_limit" });
  const { assetId } = (await user.submit(api)).body.data;
  await until("the first call", async () => (await aiCalls(pipeline.ai.url)).length);
  const database = await createConnection(pipeline.env["MONGODB_URI"] ?? "").asPromise();
  const firstCallAt = new Date(Date.now() - 15 * 60_000);
  await database.collection("assets").updateOne({}, { $set: { firstCallAt } });
  await database.close();
  await device.eventOf(assetId, "failed");
  const { failure } = (await user.get(api, `/api/assets/${assetId}`)).body.data;
  assert.equal(failure.code, "deadline_exceeded");
  const { items } = (await admin.get(api, "/api/assets/dead-letter")).body.data;
  assert.equal(items[0].reason, "deadline_exceeded");
  assert.deepEqual(items[0].attempts.map(({ code }: { code: string }) => code), [
    "deadline_exceeded",
  ]);
});

const TIMES_UP = [
  ["AI_TIMEOUT_MS", "The AI service did not answer in time"],
  ["JOB_TIMEOUT_MS", "The attempt took longer than 100 ms"],
] as const;
for (const [variable, message] of TIMES_UP) {
  Deno.test(`T019 T038 T047 an AI service that hangs is given up after ${variable}`, async () => {
    await using pipeline = await startPipeline({ env: { [variable]: "100", JOB_ATTEMPTS: "2" } });
    const [api = ""] = pipeline.apiUrls;
    const [user, admin] = [await newUser(), await newUser({ role: "admin" })];
    using device = await connect(api, { token: user.token });
    await orderFault(pipeline.ai.url, { kind: "hang" });
    const { assetId } = (await user.submit(api)).body.data;
    const event = await device.eventOf(assetId, "failed");
    const sentence = "The analysis service did not answer in time. We tried 2 times.";
    assert.equal("error" in event && event.error, sentence);
    const { items } = (await admin.get(api, "/api/assets/dead-letter")).body.data;
    assert.deepEqual(items[0].attempts.map(({ code }: { code: string }) => code), [
      ...["ai_timeout", "ai_timeout"],
    ]);
    assert.ok(items[0].message.startsWith(message), items[0].message);
  });
}
