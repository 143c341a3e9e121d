import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { aiCalls, orderFault } from "../support/ai_control.ts";
import { connect, newUser, send } from "../support/client.ts";
import { photo } from "../support/photos.ts";
import { startPipeline } from "../support/pipeline.ts";
import { newUserId, tokenOf } from "../support/tokens.ts";
import { until } from "../support/until.ts";

Deno.test("FR-005..FR-010 FR-012..FR-014 FR-019 FR-020 US1.1 US3.2 T013 T021 T040..T042 a photo goes in and its result comes out", async () => {
  await using pipeline = await startPipeline();
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  using device = await connect(api, { token: user.token });

  const accepted = await user.submit(api);
  assert.equal(accepted.status, 202);
  const { assetId, jobId, message, ...data } = accepted.body.data;
  assert.deepEqual(data, { status: "processing" });
  assert.match(assetId, /^[0-9a-f]{24}$/);
  assert.equal(jobId, `asset-${assetId}-1`);
  assert.ok(message.length > 0);
  assert.equal(accepted.body.success, true);
  assert.equal(accepted.headers.get("Location"), `/api/assets/${assetId}`);

  const event = await device.eventOf(assetId);
  const { body } = await user.get(api, `/api/assets/${assetId}`);
  const unknown = { value: "unknown", confidence: 0.1 };
  const colorway = { value: "grey / black", confidence: 0.99 };
  const { processedImageUrl, timestamp } = event as typeof event & { processedImageUrl: string };
  assert.deepEqual(event, {
    event: "asset_processed",
    assetId,
    status: "active",
    aiMetadata: { brand: unknown, model: unknown, colorway },
    processedImageUrl,
    timestamp,
  });
  assert.match(processedImageUrl, new RegExp(`^${pipeline.ai.url}/processed/`));

  const [image] = pipeline.cloudinary.images.values();
  const { createdAt, updatedAt } = body.data;
  assert.deepEqual(body, {
    success: true,
    data: {
      assetId,
      userId: user.userId,
      category: "camera",
      status: "active",
      images: {
        original: { url: body.data.images.original.url },
        processed: { url: processedImageUrl },
      },
      aiMetadata: { brand: unknown, model: unknown, colorway, processedAt: timestamp },
      processingJobId: jobId,
      createdAt,
      updatedAt,
    },
  });
  assert.ok(body.data.images.original.url.endsWith(`/images/${image?.publicId}`));
  for (const time of [timestamp, createdAt, updatedAt]) {
    assert.equal(new Date(time).toISOString(), time);
  }
});

Deno.test("FR-012 US3.1 the AI service is called once, with the image's URL, the category and our token", async () => {
  await using pipeline = await startPipeline({ env: { AI_SERVICE_TOKEN: "a-token" } });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  const { assetId, jobId } = (await user.submit(api)).body.data;
  await device.eventOf(assetId);

  const calls = await aiCalls(pipeline.ai.url);
  const { body } = await user.get(api, `/api/assets/${assetId}`);
  assert.equal(calls.length, 1);
  assert.deepEqual(calls[0]?.body, {
    imageUrl: body.data.images.original.url,
    category: "camera",
  });
  assert.equal(calls[0]?.idempotencyKey, `${jobId}-1`);
  assert.equal(calls[0]?.authorization, true);
});

Deno.test("FR-006 T022 the image's bytes arrive whole at Cloudinary, named by the asset and not guessable", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  const coffee = await photo("coffee.png");
  const { assetId } =
    (await user.submit(api, [["image", coffee], ["category", "other"]])).body.data;

  const [image] = pipeline.cloudinary.images.values();
  const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  assert.equal(hash(image?.bytes ?? new Uint8Array()), hash(await coffee.bytes()));
  assert.equal(image?.contentType, "image/png");
  assert.match(image?.publicId ?? "", new RegExp(`^${assetId}-[0-9a-f]{32}$`));
});

Deno.test("FR-008 FR-009 US1.1 T018 T024 a job's data are exactly five fields", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  const { assetId, jobId } = (await user.submit(api)).body.data;

  const job = await pipeline.queue.getJob(jobId);
  const { body } = await user.get(api, `/api/assets/${assetId}`);
  assert.deepEqual(job?.data, {
    assetId,
    userId: user.userId,
    imageUrl: body.data.images.original.url,
    category: "camera",
    createdAt: body.data.createdAt,
  });
  assert.equal(job?.opts.attempts, 3);
  assert.equal(body.data.status, "processing");
  assert.equal(body.data.processingJobId, jobId);
});

Deno.test("FR-022 US2.1 every device of the user hears the event, also on a second API and by polling", async () => {
  await using pipeline = await startPipeline({ apis: 2 });
  const [first = "", second = ""] = pipeline.apiUrls;
  const user = await newUser();
  using phone = await connect(first, { token: user.token });
  using tablet = await connect(second, { token: user.token });
  using browser = await connect(second, { token: user.token }, ["polling"]);

  const { assetId } = (await user.submit(first)).body.data;
  const events = await Promise.all(
    [phone, tablet, browser].map((device) => device.eventOf(assetId)),
  );
  const [heard] = events;
  const { aiMetadata } = (await user.get(first, `/api/assets/${assetId}`)).body.data;
  const { processedAt, ...found } = aiMetadata;
  assert.equal(heard?.status, "active");
  assert.deepEqual("aiMetadata" in heard && heard.aiMetadata, found);
  assert.equal(heard.timestamp, processedAt);
  assert.deepEqual(events, [heard, heard, heard]);
});

Deno.test("FR-021 SC-006 T033 another user hears nothing of it", async () => {
  await using pipeline = await startPipeline();
  const [api = ""] = pipeline.apiUrls;
  const [owner, other] = [await newUser(), await newUser()];
  using ownersDevice = await connect(api, { token: owner.token });
  using othersDevice = await connect(api, { token: other.token });

  const ownersAsset = (await owner.submit(api)).body.data.assetId;
  await ownersDevice.eventOf(ownersAsset);
  const othersAsset = (await other.submit(api)).body.data.assetId;
  await othersDevice.eventOf(othersAsset);
  assert.deepEqual(othersDevice.events.map((event) => event.assetId), [othersAsset]);
  assert.deepEqual(ownersDevice.events.map((event) => event.assetId), [ownersAsset]);
});

Deno.test("FR-015 FR-019 FR-020 US2.2 T043 T044 after three failed attempts the asset is failed and its owner hears why", async () => {
  await using pipeline = await startPipeline();
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  await orderFault(pipeline.ai.url, { kind: "status", status: 503 });

  const { assetId, jobId } = (await user.submit(api)).body.data;
  const event = await device.eventOf(assetId);
  const error = "The analysis service did not answer. We tried 3 times.";
  const { timestamp } = event;
  assert.deepEqual(event, {
    event: "asset_processed",
    assetId,
    status: "failed",
    error,
    timestamp,
  });

  const { data } = (await user.get(api, `/api/assets/${assetId}`)).body;
  assert.equal(data.status, "failed");
  assert.deepEqual(data.aiMetadata, { error });
  assert.deepEqual(data.failure, { code: "ai_unavailable", message: error, retryable: true });
  await until(
    "the job to have failed",
    () => pipeline.queue.getJob(jobId).then((job) => job?.isFailed()),
  );
  const calls = await aiCalls(pipeline.ai.url);
  assert.deepEqual(calls.map(({ idempotencyKey }) => idempotencyKey), [
    `${jobId}-1`,
    `${jobId}-2`,
    `${jobId}-3`,
  ]);
});

Deno.test("US3.3 SC-005 a call that fails once is tried again and succeeds", async () => {
  await using pipeline = await startPipeline();
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  await orderFault(pipeline.ai.url, { kind: "bad_schema", times: 1 });
  const { assetId } = (await user.submit(api)).body.data;
  assert.equal((await device.eventOf(assetId)).status, "active");
});

Deno.test("E3 a picture the AI service refuses fails at once, with one call", async () => {
  await using pipeline = await startPipeline();
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  using device = await connect(api, { token: user.token });
  const cut = (await photo("camera.png")).slice(0, 2000);
  const image = new File([cut], "cut.png");
  const { assetId } = (await user.submit(api, [["category", "lego"], ["image", image]])).body.data;
  const event = await device.eventOf(assetId);
  assert.equal(event.status, "failed");
  const message = "The analysis service could not read this picture.";
  assert.equal("error" in event && event.error, message);
  const { data } = (await user.get(api, `/api/assets/${assetId}`)).body;
  assert.equal(data.status, "failed");
  assert.deepEqual(data.aiMetadata, { error: message });
  assert.deepEqual(data.failure, { code: "ai_rejected", message, retryable: false });
  const calls = await aiCalls(pipeline.ai.url);
  assert.equal(calls.length, 1);
});

Deno.test("an owner and an admin read the asset; to others it does not exist", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const [owner, other, admin] = [
    await newUser(),
    await newUser(),
    await newUser({ role: "admin" }),
  ];
  const { assetId } = (await owner.submit(api)).body.data;
  const path = `/api/assets/${assetId}`;
  assert.equal((await owner.get(api, path)).status, 200);
  assert.equal((await admin.get(api, path)).status, 200);

  const others = await other.get(api, path);
  const missing = await other.get(api, `/api/assets/${newUserId()}`);
  assert.equal(others.status, 404);
  const { requestId: _1, ...othersError } = others.body.error;
  const { requestId: _2, ...missingError } = missing.body.error;
  assert.deepEqual(othersError, missingError);
  const expired = { Authorization: `Bearer ${await tokenOf(owner.userId, { expiresIn: "-1m" })}` };
  assert.equal((await send(api + path, { headers: expired })).status, 401);
});
