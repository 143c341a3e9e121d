import assert from "node:assert/strict";
import { userCacheDir } from "../../dev/services/cache_dir.ts";
import { startDataServices } from "../../dev/services/data_services.ts";
import { newUser, send } from "../support/client.ts";
import { exitCodeOf, startProcesses } from "../support/processes.ts";
import { services } from "../support/services.ts";
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

Deno.test("without Redis the API is live but not ready, answers 503, keeps nothing, and still ends", async () => {
  const dataDir = await Deno.makeTempDir();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(dataDir, { recursive: true }));
  const redis = stack.use(await startRedis(dataDir));
  const pipeline = stack.use(await startProcesses({ REDIS_URL: redis.redisUrl }));
  const api = await pipeline.start("api");
  const url = api.ready[1] ?? "";
  const user = await newUser();
  assert.equal((await user.submit(url)).status, 202);

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

  api.kill("SIGTERM");
  assert.equal(await exitCodeOf(api), 0);
});
