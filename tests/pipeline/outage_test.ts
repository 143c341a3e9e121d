import assert from "node:assert/strict";
import { userCacheDir } from "../../dev/services/cache_dir.ts";
import { startDataServices } from "../../dev/services/data_services.ts";
import { connect, newUser, send } from "../support/client.ts";
import { startPipeline } from "../support/pipeline.ts";
import { exitCodeOf, startProcesses } from "../support/processes.ts";
import { services } from "../support/services.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";

/** A Redis of the test's own, to take away. */
async function startRedis(dataDir: string) {
  const env = Deno.env.toObject();
  return await startDataServices({
    dataDir,
    cacheDir: userCacheDir(env),
    path: env["PATH"] ?? "",
    mongoUri: services().mongoUri,
    report: () => {},
  });
}

Deno.test("without Redis the API is live but not ready, answers 503, keeps nothing; both still end", async () => {
  const dataDir = await Deno.makeTempDir();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(dataDir, { recursive: true }));
  const redis = stack.use(await startRedis(dataDir));
  const pipeline = stack.use(await startProcesses({ REDIS_URL: redis.redisUrl }));
  const [api, worker] = await Promise.all([
    pipeline.start("api"),
    pipeline.start("worker", { SHUTDOWN_GRACE_MS: "3600000" }),
  ]);
  const url = api.ready[1] ?? "";
  const user = await newUser();
  using device = await connect(url, { token: user.token });
  const { assetId } = (await user.submit(url)).body.data;
  assert.equal((await device.eventOf(assetId)).status, "active");

  await redis[Symbol.asyncDispose]();
  const notReady = await until("readyz to see it", async () => {
    const answer = await send(`${url}/readyz`);
    return answer.status === 503 ? answer : undefined;
  });
  assert.deepEqual(notReady.body.error.details, [{ field: "redis", message: "does not answer" }]);
  assert.equal((await send(`${url}/livez`)).status, 200);

  const refused = await user.submit(url);
  assert.equal(refused.status, 503);
  assert.equal(refused.body.error.code, "SERVICE_UNAVAILABLE");
  assert.match(refused.headers.get("Retry-After") ?? "", /^\d+$/);
  assert.equal((await pipeline.documents()).length, 1);
  assert.equal(pipeline.cloudinary.uploads(), 1);

  const admin = await newUser({ role: "admin" });
  assert.equal((await admin.get(url, "/api/assets/queue-status")).status, 503);
  assert.equal((await admin.get(url, "/api/assets/dead-letter")).status, 200);
  assert.equal((await user.get(url, "/api/assets")).body.data.items.length, 1);
  assert.equal((await user.del(url, `/api/assets/${assetId}`)).status, 204);
  assert.equal((await user.get(url, `/api/assets/${assetId}`)).status, 404);

  for (const child of [api, worker]) {
    child.kill("SIGTERM");
    assert.equal(await exitCodeOf(child), 0);
    assert.ok(!child.output().some((line) => line.includes("are left for")));
  }
});

Deno.test("a MongoDB that hangs holds no request for long: all are answered 503", async () => {
  await using proxy = startTcpProxy(services().mongoUri);
  await using pipeline = await startPipeline({ workers: 0, mongoUri: proxy.url });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  const { assetId } = (await user.submit(api)).body.data;
  const path = `/api/assets/${assetId}`;
  proxy.freeze();
  const answers = await Promise.all([user.get(api, path), user.submit(api), send(`${api}/readyz`)]);
  assert.deepEqual(answers.map(({ status }) => status), [503, 503, 503]);
  assert.deepEqual(answers[2].body.error.details, [{
    field: "mongodb",
    message: "does not answer",
  }]);
  assert.equal(pipeline.cloudinary.uploads(), 1);
});
