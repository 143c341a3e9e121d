import assert from "node:assert/strict";
import { aiCalls, orderFault } from "../support/ai_control.ts";
import { connect, type Device, newUser, type User } from "../support/client.ts";
import { type Pipeline, startPipeline } from "../support/pipeline.ts";

async function failedAsset(pipeline: Pipeline, user: User, device: Device) {
  const [api = ""] = pipeline.apiUrls;
  await orderFault(pipeline.ai.url, { kind: "status", status: 500, times: 3 });
  const { assetId, jobId } = (await user.submit(api)).body.data;
  const event = await device.eventOf(assetId);
  assert.equal(event.status, "failed");
  return { assetId, jobId, event };
}

Deno.test("US3.4 US4.2 FR-004 T044 a run that failed is a dead letter with every attempt", async () => {
  await using pipeline = await startPipeline();
  const [api = ""] = pipeline.apiUrls;
  const [user, admin] = [await newUser(), await newUser({ roles: ["admin"] })];
  using device = await connect(api, { token: user.token });
  const { assetId, jobId, event } = await failedAsset(pipeline, user, device);

  // deno-lint-ignore no-explicit-any -- asserted on below
  const { items, nextCursor }: { items: any[]; nextCursor: unknown } =
    (await admin.get(api, "/api/assets/dead-letter")).body.data;
  assert.equal(nextCursor, null);
  const message = "The AI service could not be reached or is failing: HTTP status 500";
  const attempt = { code: "ai_unavailable", message };
  const times: string[] = items[0].attempts.map(({ at }: { at: string }) => at);
  assert.deepEqual(items, [{
    ...{ jobId, assetId, userId: user.userId, category: "camera" },
    ...{ reason: "ai_unavailable", message, failedAt: event.timestamp },
    attempts: times.map((at) => ({ at, ...attempt })),
  }]);
  assert.equal(times.length, 3);
  assert.deepEqual(times.toSorted(), times);
  assert.equal((await admin.get(api, "/api/assets/queue-status")).body.data.deadLetter, 1);
  const { body } = await user.get(api, `/api/assets/${assetId}`);
  assert.ok(!JSON.stringify(body).includes("HTTP status 500"), "The owner sees the cause");
});

Deno.test("US4.2 the dead letters come in pages, who failed last first", async () => {
  await using pipeline = await startPipeline({ env: { JOB_ATTEMPTS: "1" } });
  const [api = ""] = pipeline.apiUrls;
  const [user, admin] = [await newUser(), await newUser({ role: "admin" })];
  using device = await connect(api, { token: user.token });
  await orderFault(pipeline.ai.url, { kind: "status", status: 422 });
  const failed: string[] = [];
  for (let count = 0; count < 3; count++) {
    const { assetId, jobId } = (await user.submit(api)).body.data;
    await device.eventOf(assetId, "failed");
    failed.unshift(jobId);
  }
  const listed: string[] = [];
  const reasons = new Set<string>();
  let query = "limit=2";
  do {
    const { body } = await admin.get(api, `/api/assets/dead-letter?${query}`);
    for (const { jobId, reason } of body.data.items) {
      listed.push(jobId);
      reasons.add(reason);
    }
    const { nextCursor } = body.data;
    query = nextCursor && `limit=2&cursor=${nextCursor}`;
  } while (query);
  assert.deepEqual(listed, failed);
  assert.deepEqual([...reasons], ["ai_rejected"]);
});

Deno.test("an admin replays a dead letter once: a new run, whose result the owner hears", async () => {
  await using pipeline = await startPipeline();
  const [api = ""] = pipeline.apiUrls;
  const [user, admin] = [await newUser(), await newUser({ role: "admin" })];
  using device = await connect(api, { token: user.token });
  const { assetId, jobId } = await failedAsset(pipeline, user, device);

  const path = `/api/assets/dead-letter/${jobId}/replay`;
  const answers = await Promise.all(Array.from({ length: 10 }, () => admin.post(api, path)));
  const [accepted, ...refused] = answers.toSorted((a, b) => a.status - b.status);
  assert.equal(accepted?.status, 202);
  assert.deepEqual(refused.map(({ status }) => status), refused.map(() => 409));
  const { message, ...data } = accepted.body.data;
  assert.deepEqual(data, { assetId, jobId: `asset-${assetId}-2`, status: "processing" });
  assert.ok(message);
  assert.equal(accepted.headers.get("Location"), `/api/assets/${assetId}`);

  await device.eventOf(assetId, "active");
  assert.equal((await admin.get(api, "/api/assets/dead-letter")).body.data.items.length, 0);
  assert.equal((await admin.get(api, "/api/assets/queue-status")).body.data.deadLetter, 0);
  assert.equal((await admin.post(api, path)).status, 409);
  assert.deepEqual(device.events.map(({ status }) => status), ["failed", "active"]);
});

Deno.test("an owner retries a failed asset: its calls, attempts and result are of the new run", async () => {
  await using pipeline = await startPipeline();
  const [api = ""] = pipeline.apiUrls;
  const [user, other] = [await newUser(), await newUser({ role: "admin" })];
  using device = await connect(api, { token: user.token });
  const { assetId } = await failedAsset(pipeline, user, device);
  const path = `/api/assets/${assetId}/retry`;
  assert.equal((await other.post(api, path)).status, 404);

  const { status, body } = await user.post(api, path, { "X-Request-Id": "second-try" });
  assert.equal(status, 202);
  const jobId = `asset-${assetId}-2`;
  assert.equal(body.data.jobId, jobId);
  await device.eventOf(assetId, "active");
  const asset = (await user.get(api, `/api/assets/${assetId}`)).body.data;
  assert.equal(asset.processingJobId, jobId);
  assert.equal(asset.failure, undefined);
  const last = (await aiCalls(pipeline.ai.url)).at(-1);
  assert.equal(last?.idempotencyKey, `${jobId}-1`);
  const [document] = await pipeline.documents();
  assert.equal(document?.["requestId"], "second-try");
  assert.equal((await user.post(api, path)).status, 409);
});

Deno.test("what is waiting, active, unknown or no id at all cannot be retried", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  const { assetId } = (await user.submit(api)).body.data;
  const { status, body } = await user.post(api, `/api/assets/${assetId}/retry`);
  assert.equal(status, 409);
  assert.equal(body.error.code, "CONFLICT");
  for (const id of [user.userId, "nonsense"]) {
    assert.equal((await user.post(api, `/api/assets/${id}/retry`)).status, 404);
  }
});
