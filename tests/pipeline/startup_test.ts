import assert from "node:assert/strict";
import { ROOT } from "../../dev/project.ts";
import { startApi } from "../../src/roles/api.ts";
import { startWorker } from "../../src/roles/worker.ts";
import { parseConfig } from "../../src/config/config.ts";
import { newUser, send } from "../support/client.ts";
import { startOutside } from "../support/pipeline.ts";
import { recordLogs } from "../support/recorded_logs.ts";
import { services } from "../support/services.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";

Deno.test("FR-001 an API that starts before Redis listens, is not ready, and is once Redis is there", async () => {
  await using resources = new AsyncDisposableStack();
  const proxy = resources.use(startTcpProxy(services().redisUrl));
  const outside = await startOutside(resources, {}, { redisUrl: proxy.url });
  proxy.cut();
  const { logger, lines } = recordLogs();
  const starting = startApi(parseConfig(outside.env), logger, resources);
  const told = await until(
    "it to listen",
    () => lines.find(({ message }) => message === "API listening"),
  );
  const url = String(told.fields["url"]);
  assert.equal((await send(`${url}/livez`)).status, 200);
  const redisIsAway = [{ field: "redis", message: "does not answer" }];
  await until("only Redis to be missing", async () => {
    const { status, body } = await send(`${url}/readyz`);
    assert.equal(status, 503);
    return JSON.stringify(body.error.details) === JSON.stringify(redisIsAway);
  });
  const user = await newUser();
  assert.equal((await user.submit(url)).status, 503);
  assert.ok(!lines.some(({ message }) => message === "API ready"));

  proxy.restore();
  assert.equal((await starting).url, url);
  assert.equal((await send(`${url}/readyz`)).status, 200);
  assert.equal((await user.submit(url)).status, 202);
});

Deno.test("FR-001 a worker that starts before Redis takes jobs once Redis is there", async () => {
  await using resources = new AsyncDisposableStack();
  const proxy = resources.use(startTcpProxy(services().redisUrl));
  const outside = await startOutside(resources);
  const { url } = await startApi(parseConfig(outside.env), recordLogs().logger, resources);
  const { jobId } = (await (await newUser()).submit(url)).body.data;
  proxy.cut();
  const { logger, lines } = recordLogs();
  const config = parseConfig({ ...outside.env, REDIS_URL: proxy.url });
  const starting = startWorker(config, logger, resources);
  const isAway = () => lines.some(({ message }) => message === "Redis does not answer");
  await until("it to miss Redis", isAway);
  assert.ok(!lines.some(({ message }) => message === "Worker ready"));
  proxy.restore();
  await starting;
  const isDone = () => outside.queue.getJob(jobId).then((job) => job?.isCompleted());
  await until("the job to be completed", isDone);
});

for (const entry of ["main.ts", "worker.ts"]) {
  Deno.test(`SIGTERM ends ${entry} with exit code 0 while it still waits for Redis`, async () => {
    await using resources = new AsyncDisposableStack();
    const proxy = startTcpProxy(services().redisUrl);
    await proxy[Symbol.asyncDispose]();
    const { env } = await startOutside(resources, {}, { redisUrl: proxy.url });
    const args = ["run", "-A", entry];
    const child = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, env, stdout: "piped" })
      .spawn();
    let output = "";
    let isSignalled = false;
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      output += text;
      if (isSignalled || !output.includes("Redis does not answer")) continue;
      child.kill("SIGTERM");
      isSignalled = true;
    }
    assert.equal((await child.status).code, 0, output);
    assert.ok(isSignalled, output);
  });
}
