import assert from "node:assert/strict";
import { aiCalls, clearFaults, orderFault } from "../support/ai_control.ts";
import { connect, newUser } from "../support/client.ts";
import { submitWithHeldCall } from "../support/held_call.ts";
import { type Pipeline, startPipeline } from "../support/pipeline.ts";
import { startProcesses } from "../support/processes.ts";
import { services } from "../support/services.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";

const SWEPT_OFTEN = { RECONCILE_INTERVAL_MS: "50" };

type Stores = Pick<Pipeline, "documents" | "cloudinary" | "queue" | "keys">;

async function residueOf({ documents, cloudinary, queue, keys }: Stores, assetId: string) {
  return {
    documents: (await documents()).length,
    images: cloudinary.images.size,
    jobs: await queue.getJobCountByTypes(),
    keys: (await keys()).filter((key) => key.includes(assetId)),
  };
}

async function untilNothingIsLeft(pipeline: Stores, assetId: string): Promise<void> {
  const nothing = JSON.stringify({ documents: 0, images: 0, jobs: 0, keys: [] });
  await until(
    "everything to be gone",
    async () => JSON.stringify(await residueOf(pipeline, assetId)) === nothing,
  );
}

Deno.test("an asset that waits is deleted with its job and its image, by the API alone", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  const { assetId } = (await user.submit(api)).body.data;
  const path = `/api/assets/${assetId}`;
  assert.equal((await user.del(api, path)).status, 204);
  assert.equal((await user.get(api, path)).status, 404);
  assert.equal((await user.del(api, path)).status, 404);
  assert.equal((await user.post(api, `${path}/retry`)).status, 404);
  assert.deepEqual((await user.get(api, "/api/assets")).body.data.items, []);
  await untilNothingIsLeft(pipeline, assetId);
});

Deno.test("E5 T045 T051 an asset that is being analysed is deleted: no event, and nothing stays", async () => {
  await using pipeline = await startPipeline({ env: SWEPT_OFTEN });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  const { assetId } = await submitWithHeldCall(pipeline, user);
  assert.equal((await user.del(api, `/api/assets/${assetId}`)).status, 204);
  assert.equal((await user.get(api, `/api/assets/${assetId}`)).status, 404);
  await clearFaults(pipeline.ai.url);
  await untilNothingIsLeft(pipeline, assetId);

  const { assetId: next } = (await user.submit(api)).body.data;
  await device.eventOf(next);
  assert.deepEqual(device.events.map((event) => event.assetId), [next]);
});

Deno.test("an asset whose call fails while it is deleted leaves neither dead letter nor event", async () => {
  await using pipeline = await startPipeline({ env: { ...SWEPT_OFTEN, JOB_ATTEMPTS: "1" } });
  const [api = ""] = pipeline.apiUrls;
  const [user, admin] = [await newUser(), await newUser({ role: "admin" })];
  await orderFault(pipeline.ai.url, { kind: "hang", times: 1 });
  const { assetId } = (await user.submit(api)).body.data;
  await until("the AI call", async () => (await aiCalls(pipeline.ai.url)).length);
  assert.equal((await user.del(api, `/api/assets/${assetId}`)).status, 204);
  await clearFaults(pipeline.ai.url);
  await untilNothingIsLeft(pipeline, assetId);
  assert.deepEqual((await admin.get(api, "/api/assets/dead-letter")).body.data.items, []);
});

Deno.test("an asset that waits for its second attempt is deleted", async () => {
  await using pipeline = await startPipeline({ env: { JOB_BACKOFF_MS: "600000" } });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  await orderFault(pipeline.ai.url, { kind: "status" });
  const { assetId } = (await user.submit(api)).body.data;
  await until("it waits for its retry", () => pipeline.queue.getDelayedCount());
  assert.equal((await user.del(api, `/api/assets/${assetId}`)).status, 204);
  await untilNothingIsLeft(pipeline, assetId);
});

for (const outcome of ["active", "failed"] as const) {
  Deno.test(`an ${outcome} asset is deleted, with its dead letter if it has one`, async () => {
    await using pipeline = await startPipeline({ env: SWEPT_OFTEN });
    const [api = ""] = pipeline.apiUrls;
    const [user, admin] = [await newUser(), await newUser({ role: "admin" })];
    using device = await connect(api, { token: user.token });
    if (outcome === "failed") await orderFault(pipeline.ai.url, { kind: "status", status: 400 });
    const { assetId, jobId } = (await user.submit(api)).body.data;
    assert.equal((await device.eventOf(assetId)).status, outcome);
    assert.equal((await user.del(api, `/api/assets/${assetId}`)).status, 204);
    const letters = await admin.get(api, "/api/assets/dead-letter");
    assert.deepEqual(letters.body.data.items, []);
    const replay = await admin.post(api, `/api/assets/dead-letter/${jobId}/replay`);
    assert.equal(replay.status, 404);
    await untilNothingIsLeft(pipeline, assetId);
    assert.equal(device.events.length, 1);
  });
}

Deno.test("only the owner deletes: for others, also admins, the asset does not exist", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  const path = `/api/assets/${(await user.submit(api)).body.data.assetId}`;
  for (const other of [await newUser(), await newUser({ role: "admin" })]) {
    assert.equal((await other.del(api, path)).status, 404);
  }
  assert.equal((await user.get(api, path)).status, 200);
});

Deno.test("deletion is answered while the image store is down; the image follows when it is back", async () => {
  await using pipeline = await startPipeline({ env: SWEPT_OFTEN });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  const { assetId } = (await user.submit(api)).body.data;
  await device.eventOf(assetId);
  let refused = 0;
  pipeline.cloudinary.fault = () => {
    refused++;
    return Response.json({ error: { message: "Away" } }, { status: 503 });
  };
  assert.equal((await user.del(api, `/api/assets/${assetId}`)).status, 204);
  await until("the API and a worker to have tried", () => refused > 1);
  assert.equal(pipeline.cloudinary.images.size, 1);
  pipeline.cloudinary.fault = undefined;
  await untilNothingIsLeft(pipeline, assetId);
});

Deno.test("deletion is answered while Redis is away; job and dead letter follow when it is back", async () => {
  await using proxy = startTcpProxy(services().redisUrl);
  await using pipeline = await startProcesses({ ...SWEPT_OFTEN, REDIS_URL: proxy.url });
  const [{ ready: [, api = ""] }] = await Promise.all([
    pipeline.start("api"),
    pipeline.start("worker"),
  ]);
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  await orderFault(pipeline.ai.url, { kind: "status", status: 422 });
  const { assetId, jobId } = (await user.submit(api)).body.data;
  await device.eventOf(assetId, "failed");
  const hasFailed = () => pipeline.queue.getJob(jobId).then((job) => job?.isFailed());
  await until("its job to have failed", hasFailed);
  proxy.cut();
  assert.equal((await user.del(api, `/api/assets/${assetId}`)).status, 204);
  assert.equal((await user.get(api, `/api/assets/${assetId}`)).status, 404);
  const { keys } = await residueOf(pipeline, assetId);
  assert.ok(keys.length >= 2, Deno.inspect(keys));
  proxy.restore();
  await untilNothingIsLeft(pipeline, assetId);
});
