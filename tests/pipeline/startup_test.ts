import assert from "node:assert/strict";
import { withDatabase } from "../../dev/database_uri.ts";
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

interface Dependency {
  /** In /readyz. */
  readonly field: string;
  /** In the log. */
  readonly name: string;
  readonly serverUrl: () => string;
  /** The variable that leads there, for servers with that prefix. */
  readonly variable: (url: string, prefix: string) => Readonly<Record<string, string>>;
}

const DEPENDENCIES: readonly Dependency[] = [
  {
    ...{ field: "redis", name: "Redis", serverUrl: () => services().redisUrl },
    variable: (url) => ({ REDIS_URL: url }),
  },
  {
    ...{ field: "mongodb", name: "MongoDB", serverUrl: () => services().mongoUri },
    variable: (url, prefix) => ({ MONGODB_URI: withDatabase(url, prefix) }),
  },
];

for (const dependency of DEPENDENCIES) {
  const { field, name } = dependency;
  Deno.test(`FR-001 an API that starts before ${name} listens, is not ready, and is once ${name} is there`, async () => {
    await using resources = new AsyncDisposableStack();
    const { proxy, env } = await startBehindProxy(resources, dependency);
    proxy.cut();
    const { logger, lines } = recordLogs();
    const starting = startApi(parseConfig(env), logger, resources);
    const told = await until(
      "it to listen",
      () => lines.find(({ message }) => message === "API listening"),
    );
    const url = String(told.fields["url"]);
    assert.equal((await send(`${url}/livez`)).status, 200);
    const isAway = [{ field, message: "does not answer" }];
    await until(`only ${name} to be missing`, async () => {
      const { status, body } = await send(`${url}/readyz`);
      assert.equal(status, 503);
      return JSON.stringify(body.error.details) === JSON.stringify(isAway);
    });
    const user = await newUser();
    assert.equal((await user.submit(url)).status, 503);
    assert.ok(!lines.some(({ message }) => message === "API ready"));

    proxy.restore();
    assert.equal((await starting).url, url);
    assert.equal((await send(`${url}/readyz`)).status, 200);
    assert.equal((await user.submit(url)).status, 202);
  });

  Deno.test(`FR-001 a worker that starts before ${name} takes jobs once ${name} is there`, async () => {
    await using resources = new AsyncDisposableStack();
    const { proxy, env, outside } = await startBehindProxy(resources, dependency);
    const { url } = await startApi(parseConfig(outside.env), recordLogs().logger, resources);
    const { jobId } = (await (await newUser()).submit(url)).body.data;
    proxy.cut();
    const { logger, lines } = recordLogs();
    const starting = startWorker(parseConfig(env), logger, resources);
    const isAway = () => lines.some(({ message }) => message === `${name} does not answer`);
    await until(`it to miss ${name}`, isAway);
    assert.ok(!lines.some(({ message }) => message === "Worker ready"));
    proxy.restore();
    await starting;
    const isDone = () => outside.queue.getJob(jobId).then((job) => job?.isCompleted());
    await until("the job to be completed", isDone);
  });

  for (const entry of ["main.ts", "worker.ts"]) {
    Deno.test(`SIGTERM ends ${entry} with exit code 0 while it still waits for ${name}`, async () => {
      await using resources = new AsyncDisposableStack();
      const { proxy, env } = await startBehindProxy(resources, dependency);
      proxy.cut();
      const args = ["run", "-A", entry];
      const child = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, env, stdout: "piped" })
        .spawn();
      let output = "";
      let isSignalled = false;
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        output += text;
        if (isSignalled || !output.includes(`${name} does not answer`)) continue;
        child.kill("SIGTERM");
        isSignalled = true;
      }
      assert.equal((await child.status).code, 0, output);
      assert.ok(isSignalled, output);
    });
  }
}

/** Everything around the servers; `env` leads them to the one dependency through the proxy. */
async function startBehindProxy(
  resources: AsyncDisposableStack,
  { serverUrl, variable }: Dependency,
) {
  const proxy = resources.use(startTcpProxy(serverUrl()));
  const outside = await startOutside(resources);
  const { QUEUE_PREFIX = "" } = outside.env;
  return { proxy, outside, env: { ...outside.env, ...variable(proxy.url, QUEUE_PREFIX) } };
}
