import assert from "node:assert/strict";
import { createServer } from "node:net";
import { once } from "node:events";
import type { Child } from "../../dev/services/child_process.ts";
import { aiCalls, orderFault } from "../support/ai_control.ts";
import { connect, newUser, send } from "../support/client.ts";
import { startOldRedis } from "../support/old_redis.ts";
import { photo } from "../support/photos.ts";
import { exitCodeOf, runToEnd, startProcesses } from "../support/processes.ts";
import { until } from "../support/until.ts";

Deno.test("FR-022 T012 T056 API and worker in processes of their own: the event comes out on a second API", async () => {
  await using pipeline = await startProcesses();
  const [first, second] = await Promise.all([
    pipeline.start("api"),
    pipeline.start("api"),
    pipeline.start("worker"),
  ]);
  const [firstUrl = "", secondUrl = ""] = [first.ready[1], second.ready[1]];
  assert.notEqual(firstUrl, secondUrl);
  const user = await newUser();
  using device = await connect(secondUrl, { token: user.token });
  const { status, body } = await user.submit(firstUrl);
  assert.equal(status, 202);
  assert.equal((await device.eventOf(body.data.assetId)).status, "active");
});

Deno.test("T064 T065 SIGTERM ends API and worker with exit code 0, the job under way done", async () => {
  await using pipeline = await startProcesses();
  const [api, worker] = await Promise.all([pipeline.start("api"), pipeline.start("worker")]);
  const [url = ""] = [api.ready[1]];
  const user = await newUser();
  using device = await connect(url, { token: user.token });
  await orderFault(pipeline.ai.url, { kind: "slow", delayMs: 500 });
  const { assetId } = (await user.submit(url)).body.data;
  await until("the AI call", async () => (await aiCalls(pipeline.ai.url)).length);
  worker.kill("SIGTERM");
  assert.equal(await exitCodeOf(worker), 0);
  assert.equal((await device.eventOf(assetId)).status, "active");

  api.kill("SIGTERM");
  assert.equal(await exitCodeOf(api), 0);
  await until("the socket to be closed", () => device.socket.disconnected);
});

Deno.test("T064 a call that outlives the grace is handed back: another worker makes it again, uncounted", async () => {
  await using pipeline = await startProcesses({ JOB_ATTEMPTS: "1" });
  const [api, worker] = await Promise.all([
    pipeline.start("api"),
    pipeline.start("worker", { SHUTDOWN_GRACE_MS: "100" }),
  ]);
  const url = api.ready[1] ?? "";
  const user = await newUser();
  using device = await connect(url, { token: user.token });
  await orderFault(pipeline.ai.url, { kind: "hang", times: 1 });
  const { assetId, jobId } = (await user.submit(url)).body.data;
  await until("the AI call", async () => (await aiCalls(pipeline.ai.url)).length);
  worker.kill("SIGTERM");
  assert.equal(await exitCodeOf(worker), 0);
  const job = await pipeline.queue.getJob(jobId);
  assert.equal(await job?.getState(), "waiting");
  assert.equal(job?.attemptsMade, 0);

  await pipeline.start("worker");
  await device.eventOf(assetId, "active");
  const keys = (await aiCalls(pipeline.ai.url)).map(({ idempotencyKey }) => idempotencyKey);
  assert.deepEqual(keys, [`${jobId}-1`, `${jobId}-1`]);
  assert.equal(device.events.length, 1);
});

Deno.test("SIGINT ends them as well, and every line they wrote is JSON with time, level and msg", async () => {
  const AI_SERVICE_TOKEN = "a-token-nobody-may-see";
  await using pipeline = await startProcesses({ LOG_LEVEL: "debug", AI_SERVICE_TOKEN });
  await orderFault(pipeline.ai.url, { kind: "status", status: 503, times: 1 });
  const children = await Promise.all([pipeline.start("api"), pipeline.start("worker")]);
  const user = await newUser();
  using device = await connect(children[0].ready[1] ?? "", { token: user.token });
  const { body } = await user.submit(children[0].ready[1] ?? "");
  await device.eventOf(body.data.assetId);
  for (const child of children) {
    child.kill("SIGINT");
    assert.equal(await exitCodeOf(child), 0);
  }
  const lines = children.flatMap((child) => child.output()).map((line) => JSON.parse(line));
  for (const line of lines) {
    assert.equal(new Date(line.time).toISOString(), line.time);
    assert.match(line.level, /^(debug|info|warn|error)$/);
    assert.equal(typeof line.msg, "string");
  }
  const text = JSON.stringify(lines);
  const { JWT_SECRET, CLOUDINARY_URL } = pipeline.env;
  const { password } = new URL(CLOUDINARY_URL ?? "");
  const secrets = [
    user.token,
    JWT_SECRET,
    AI_SERVICE_TOKEN,
    password,
    decodeURIComponent(password),
  ];
  for (const secret of secrets) assert.ok(secret && !text.includes(secret));
  assert.ok(text.length < (await photo("camera.png")).size, "The image is in the log");
});

Deno.test("T026 T055 a request is followed by its id and trace through API, queue and worker", async () => {
  await using pipeline = await startProcesses();
  const [api, worker] = await Promise.all([pipeline.start("api"), pipeline.start("worker")]);
  const url = api.ready[1] ?? "";
  const user = await newUser();
  using device = await connect(url, { token: user.token });
  await orderFault(pipeline.ai.url, { kind: "status", status: 503, times: 1 });
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const headers = { "X-Request-Id": "follow-me", traceparent };
  const { assetId, jobId } = (await user.submit(url, undefined, headers)).body.data;
  await device.eventOf(assetId);

  const followed = (child: Child) =>
    child.output().map((line) => JSON.parse(line)).filter(({ requestId }) =>
      requestId === "follow-me"
    );
  const told = await until("the last line", () => {
    const lines = [...followed(api), ...followed(worker)];
    return lines.length === 6 ? lines : undefined;
  });
  for (const line of told) {
    assert.equal(line.traceparent, traceparent);
    assert.deepEqual([line.userId, line.assetId, line.jobId], [user.userId, assetId, jobId]);
  }
  const brief = told.map(({ level, msg, attempt, code }) => ({ level, msg, attempt, code }));
  const none = { attempt: undefined, code: undefined };
  assert.deepEqual(brief, [
    { ...none, level: "info", msg: "Asset queued" },
    { ...none, level: "info", msg: "Request answered" },
    { ...none, level: "info", msg: "Attempt started", attempt: 1 },
    { level: "warn", msg: "Attempt failed", attempt: 1, code: "ai_unavailable" },
    { ...none, level: "info", msg: "Attempt started", attempt: 2 },
    { ...none, level: "info", msg: "Asset active", attempt: 2 },
  ]);
  for (const { msg, durationMs } of told) {
    const isEnd = !["Asset queued", "Attempt started"].includes(msg);
    assert.equal(typeof durationMs, isEnd ? "number" : "undefined", msg);
  }
});

Deno.test("one Ctrl-C that arrives twice is one; a signal that comes later ends at once", async () => {
  await using pipeline = await startProcesses();
  const [api, worker] = await Promise.all([pipeline.start("api"), pipeline.start("worker")]);
  api.kill("SIGINT");
  api.kill("SIGINT");
  assert.equal(await exitCodeOf(api), 0);

  const other = await pipeline.start("api");
  await orderFault(pipeline.ai.url, { kind: "hang" });
  assert.equal((await (await newUser()).submit(other.ready[1] ?? "")).status, 202);
  await until("the AI call", async () => (await aiCalls(pipeline.ai.url)).length);
  let code: number | undefined;
  worker.status.then((status) => code = status.code);
  await until("the worker to end", () => {
    worker.kill("SIGTERM");
    return code;
  });
  assert.equal(code, 1);
});

Deno.test("while draining, readyz says so and every upload that was begun gets its 202", async () => {
  await using pipeline = await startProcesses();
  const api = await pipeline.start("api");
  const url = api.ready[1] ?? "";
  const stored = Promise.withResolvers<Response>();
  pipeline.cloudinary.fault = () => stored.promise;
  const upload = (await newUser()).submit(url);
  await until("the upload to reach the image store", () => pipeline.cloudinary.uploads());

  api.kill("SIGTERM");
  const draining = await until("readyz to say so", async () => {
    const answer = await send(`${url}/readyz`);
    return answer.status === 503 ? answer : undefined;
  });
  assert.deepEqual(draining.body.error.details, [
    { field: "server", message: "is shutting down" },
  ]);
  assert.equal((await send(`${url}/livez`)).status, 200);

  const storedLater = Promise.withResolvers<Response>();
  pipeline.cloudinary.fault = () => storedLater.promise;
  const lateUpload = (await newUser()).submit(url);
  await until("it to reach the image store", () => pipeline.cloudinary.uploads() === 2);
  stored.resolve(Response.json({ secure_url: "https://images.example.com/a.png" }));
  assert.equal((await upload).status, 202);
  storedLater.resolve(Response.json({ secure_url: "https://images.example.com/b.png" }));
  assert.equal((await lateUpload).status, 202);
  assert.equal(await exitCodeOf(api), 0);
});

Deno.test("a busy port ends the API with exit code 1 and says what to change", async () => {
  await using pipeline = await startProcesses();
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const address = holder.address();
  const port = String(typeof address === "object" && address?.port);
  try {
    const { code, output } = await runToEnd("main.ts", { ...pipeline.env, PORT: port });
    assert.equal(code, 1);
    assert.match(output, new RegExp(`PORT ${port} on HOST 127.0.0.1 is in use`));
  } finally {
    holder.close();
  }
});

Deno.test("missing variables end both with exit code 78, each named once and no value shown", async () => {
  const env = { JWT_SECRET: "too-short", PORT: "http" };
  for (const entry of ["main.ts", "worker.ts"] as const) {
    const { code, output } = await runToEnd(entry, env);
    assert.equal(code, 78);
    const required = ["REDIS_URL", "MONGODB_URI", "CLOUDINARY_URL", "AI_SERVICE_URL"];
    for (const name of required) assert.equal(output.split(`${name} is required`).length, 2, name);
    assert.match(output, /JWT_SECRET must have at least 32 bytes/);
    assert.match(output, /PORT must be a whole number/);
    assert.ok(!output.includes("too-short"));
  }
});

Deno.test("a MONGODB_URI that the driver cannot read is a fault of configuration, and not shown", async () => {
  await using pipeline = await startProcesses();
  for (const address of ["u:%zz@127.0.0.1/x", "u:p/w@127.0.0.1/x", "127.0.0.1:99999/x"]) {
    const MONGODB_URI = `mongodb://${address}`;
    const { code, output } = await runToEnd("worker.ts", { ...pipeline.env, MONGODB_URI });
    assert.equal(code, 78, address);
    assert.match(output, /MONGODB_URI must be a connection string/);
    assert.ok(!output.includes(address));
  }
});

Deno.test("FR-001 a Redis that is too old is a fault of configuration, told at once with its version", async () => {
  await using redis = startOldRedis("6.0.16");
  await using pipeline = await startProcesses({ REDIS_URL: redis.url });
  for (const entry of ["main.ts", "worker.ts"] as const) {
    const { code, output } = await runToEnd(entry, pipeline.env);
    assert.equal(code, 78);
    assert.match(output, /"REDIS_URL leads to Redis 6\.0\.16: it has to be 6\.2 or newer"/);
  }
});

Deno.test("FR-001 a Redis or MongoDB that stays away ends both with exit code 69 and is named", async () => {
  await using pipeline = await startProcesses({
    REDIS_URL: "redis://127.0.0.1:1",
    STARTUP_TIMEOUT_MS: "500",
  });
  for (const entry of ["main.ts", "worker.ts"] as const) {
    const { code, output } = await runToEnd(entry, pipeline.env);
    assert.equal(code, 69);
    assert.match(output, /Nothing usable answered at REDIS_URL for 500 ms/);
  }
  const MONGODB_URI = "mongodb://127.0.0.1:1/x";
  const { code, output } = await runToEnd("main.ts", { ...pipeline.env, MONGODB_URI });
  assert.equal(code, 69);
  assert.match(output, /REDIS_URL and MONGODB_URI/);
});
