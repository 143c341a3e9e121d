import assert from "node:assert/strict";
import { join } from "node:path";
import { withDatabase } from "../../dev/database_uri.ts";
import { startFakeCloudinary } from "../support/fake_cloudinary.ts";
import { startOldRedis } from "../support/old_redis.ts";
import { services } from "../support/services.ts";
import { until } from "../support/until.ts";
import { copyProject } from "./project_copy.ts";
import { exists } from "./service_fakes.ts";
import { startTask } from "./task_run.ts";

/** What tells the stack to start only its own roles, on servers that are there. */
function told(): Record<string, string> {
  const { redisUrl, mongoUri } = services();
  const name = `dev${crypto.getRandomValues(new Uint8Array(8)).toHex()}`;
  return {
    PORT: "0",
    REDIS_URL: redisUrl,
    MONGODB_URI: withDatabase(mongoUri, name),
    QUEUE_PREFIX: name,
    AI_SERVICE_URL: "http://127.0.0.1:9",
  };
}

/** What the stack says when it cannot be brought up with these settings; it has to end with 1. */
async function refusalOf(env: Record<string, string>, project?: string): Promise<string> {
  await using copy = await copyProject();
  const run = await startTask("dev", {
    project: project ?? copy.path,
    readyWhen: /./,
    env: { ...told(), ...env },
  });
  await using _ = run;
  assert.equal((await run.child.status).code, 1);
  const text = run.lines.join("\n");
  assert.doesNotMatch(text, /^ +at |Error:|"level"/m, "no stack and no raw log");
  return text;
}

Deno.test("dev: a port that is taken is told with a free one, before anything is started", async () => {
  using holder = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = holder.addr;
  const text = await refusalOf({ PORT: String(port) });
  const [, free] = new RegExp(
    `PORT ${port} on HOST 127\\.0\\.0\\.1 is in use: stop what listens there, ` +
      "or have another one, such as PORT=(\\d+), in the environment",
  ).exec(text) ?? [];
  assert.ok(free && free !== String(port), text);
  assert.doesNotMatch(text, /ready/);
});

Deno.test("dev: a setting that is wrong is told by the role's own words", async () => {
  const text = await refusalOf({ WORKER_CONCURRENCY: "many", LOG_LEVEL: "loud" });
  assert.match(text, /The API cannot run:\n {2}/);
  assert.match(text, / {2}WORKER_CONCURRENCY must be a whole number from 1 to 1000/);
  assert.match(text, / {2}LOG_LEVEL must be one of debug, info, warn, error, fatal/);
});

Deno.test("dev: a Redis that is too old or away is told by its variable", async () => {
  await using redis = startOldRedis("5.0.14");
  assert.match(
    await refusalOf({ REDIS_URL: redis.url }),
    /REDIS_URL leads to Redis 5\.0\.14: it has to be 6\.2 or newer/,
  );
  assert.match(
    await refusalOf({ REDIS_URL: "redis://127.0.0.1:9" }),
    /Nothing answers at 127\.0\.0\.1:9, where REDIS_URL points\. Start it there, or unset REDIS_URL/,
  );
});

Deno.test("dev: a key that Cloudinary refuses is told before anything is started; one it takes is used", async () => {
  await using cloudinary = startFakeCloudinary();
  const refused = cloudinary.cloudinaryUrl.replace("123456789", "987654321");
  const text = await refusalOf({ CLOUDINARY_URL: refused });
  assert.match(text, /Cloudinary refuses the key in CLOUDINARY_URL/);
  assert.match(text, /or unset CLOUDINARY_URL to keep pictures in a folder/);
  assert.doesNotMatch(text, /ready|987654321/);

  await using project = await copyProject();
  await using dev = await startTask("dev", {
    project: project.path,
    readyWhen: /^Ready in/,
    env: { ...told(), CLOUDINARY_URL: cloudinary.cloudinaryUrl },
  });
  assert.doesNotMatch(dev.lines.join("\n"), /Cloudinary/);
});

Deno.test("dev: nobody at the address of the AI service or of Cloudinary is warned of; the servers told are used", async () => {
  await using project = await copyProject();
  const env = told();
  await using dev = await startTask("dev", {
    project: project.path,
    readyWhen: /^Ready in/,
    env: { ...env, CLOUDINARY_URL: "cloudinary://1:2@cloud?upload_prefix=http://127.0.0.1:9" },
  });
  const text = dev.lines.join("\n");
  assert.match(text, /Nothing answers at http:\/\/127\.0\.0\.1:9, where CLOUDINARY_URL points/);
  await until(
    "the worker's warning",
    () =>
      dev.lines.some((line) =>
        /^worker .*WARN: Nothing answers where AI_SERVICE_URL points.*"127\.0\.0\.1:9"/.test(line)
      ),
  );
  assert.match(text, /redis-server: yours at/);
  assert.match(text, /mongod: yours at/);
  assert.equal(await dev.interrupt(), 130);
  assert.deepEqual(
    ["redis-server", "mongod"].filter((name) => exists(join(project.path, ".data", "dev", name))),
    [],
  );
});

Deno.test("dev: a folder that cannot be written to is told with a way out", async () => {
  await using project = await copyProject();
  // Even the superuser cannot make a folder in a file.
  await Deno.writeTextFile(join(project.path, ".data"), "");
  const text = await refusalOf({}, project.path);
  assert.match(text, /\.data" cannot be written to \(.*\): make it writable, or copy the project/);
});
