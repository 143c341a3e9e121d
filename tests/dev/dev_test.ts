import assert from "node:assert/strict";
import { join } from "node:path";
import { Redis } from "ioredis";
import { createConnection } from "mongoose";
import { runProgram } from "../../dev/services/run_program.ts";
import { aiCalls, orderFault } from "../support/ai_control.ts";
import { send } from "../support/client.ts";
import { unset } from "../support/processes.ts";
import { until } from "../support/until.ts";
import { copyProject } from "./project_copy.ts";
import { exists } from "./service_fakes.ts";
import { assertNothingRuns, startTask, type TaskRun } from "./task_run.ts";

const CURL = /^ {2}(curl .*)$/;

/** Starts the stack on ports of its own; it is ready when it shows how to try it. */
function startDev(project: string): Promise<TaskRun> {
  return startTask("dev", { project, readyWhen: CURL, env: { PORT: "0" } });
}

/** Pastes the line that the stack shows into a shell somewhere else. */
async function paste(line: string): Promise<{ assetId: string }> {
  const { stdout, stderr } = await runProgram("sh", ["-c", line], { cwd: "/" });
  const answer = JSON.parse(stdout || "null");
  assert.equal(answer?.success, true, stdout + stderr);
  return answer.data;
}

function placeIn({ lines }: TaskRun, name: string): string {
  const place = lines.map((line) => line.trim()).find((line) => line.startsWith(`${name}  `));
  return place?.slice(name.length).trim() ?? "";
}

const untilSaid = ({ lines }: TaskRun, what: RegExp, after = 0) =>
  until(String(what), () => lines.slice(after).some((line) => what.test(line)), 30_000);

Deno.test("dev: what it shows works as pasted, its user hears, others find it, Ctrl-C leaves the data only", async () => {
  await using project = await copyProject();
  await using dev = await startDev(project.path);
  const { assetId } = await paste(dev.child.ready[1] ?? "");
  await untilSaid(dev, /^alice +hears asset_processed: active: grey/);
  assert.ok(!dev.lines.some((line) => /^(bob|admin) +hears/.test(line)));
  await untilSaid(dev, /^api .*INFO: Request answered .*"status":202/);

  await using second = await startDev(project.path);
  assert.equal((await second.child.status).code, 0);
  assert.match(second.lines[0] ?? "", /runs already, as process \d+/);
  assert.match(second.lines[1] ?? "", /keeps the settings it was started with/);
  assert.equal(placeIn(second, "API"), placeIn(dev, "API"));

  await using demo = await startTask("demo", { project: project.path, readyWhen: /^Done in/ });
  assert.equal((await demo.child.status).code, 0);
  assert.ok(demo.lines.some((line) => line.includes('found the stack of "deno task dev"')));
  const database = await createConnection(placeIn(dev, "MongoDB")).asPromise();
  try {
    const stored = () => database.collection("assets").find().toArray();
    await until("the demo's assets to be gone", async () => (await stored()).length === 1);
  } finally {
    await database.close();
  }

  assert.equal(await dev.interrupt(), 130);
  await dev.assertNothingRuns();
  const data = join(project.path, ".data", "dev");
  assert.ok(!exists(join(data, "stack.json")));

  // The next one has the same secret and the same data.
  await using next = await startDev(project.path);
  const token = placeIn(dev, "alice");
  const answer = await send(`${placeIn(next, "API")}/${assetId}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  assert.equal(answer.body.data.status, "active");
});

Deno.test("dev: a change of the code restarts what uses it, hands back its jobs, and may be wrong for a while", async () => {
  await using project = await copyProject();
  await using dev = await startDev(project.path);
  const aiUrl = placeIn(dev, "AI service");
  const file = join(project.path, "src", "queue", "job_worker.ts");
  const code = await Deno.readTextFile(file);
  const untilActive = (assetId: string) =>
    until("the asset to be active", async () => {
      const headers = { Authorization: `Bearer ${placeIn(dev, "alice")}` };
      const answer = await send(`${placeIn(dev, "API")}/${assetId}`, { headers }).catch(() => null);
      return answer?.body.data?.status === "active";
    }, 30_000);

  await orderFault(aiUrl, { kind: "hang", times: 1 });
  const { assetId } = await paste(dev.child.ready[1] ?? "");
  await until("the AI call", async () => (await aiCalls(aiUrl)).length);
  await Deno.writeTextFile(file, `${code}\n// changed\n`);
  await untilActive(assetId);
  const keys = (await aiCalls(aiUrl)).map(({ idempotencyKey }) => idempotencyKey);
  // It may have been too early for the picture, which the API serves.
  assert.deepEqual(keys.slice(0, 2), [`asset-${assetId}-1-1`, `asset-${assetId}-1-1`]);

  // The API restarts too: its program has the worker in it, unused.
  const change = async (text: string, outcome: RegExp) => {
    const { length } = dev.lines;
    await Deno.writeTextFile(file, text);
    for (const said of [outcome, /^api .*API ready/]) await untilSaid(dev, said, length);
  };
  await change(`${code}\nnonsense(`, /^worker .*Process failed/);
  await change(code, /^worker .*Worker ready/);
  await untilActive((await paste(dev.child.ready[1] ?? "")).assetId);
});

Deno.test("dev: when nobody reads any more what it says, it ends, and leaves nothing", async () => {
  await using project = await copyProject();
  const dev = `${Deno.execPath()} run -A ${join(project.path, "dev/dev.ts")}`;
  const env = { ...unset(), PORT: "0" };
  const piped = ["-c", `${dev} | grep -m 1 "worker: ready"`];
  const { stdout } = await runProgram("sh", piped, { cwd: project.path, env });
  assert.match(stdout, /worker: ready/);
  await assertNothingRuns(project.path);
  assert.ok(!exists(join(project.path, ".data", "dev", "stack.json")));
});

Deno.test("dev: a server that is lost ends the rest, and is named with its log", async () => {
  await using project = await copyProject();
  await using dev = await startDev(project.path);
  const port = new URL(placeIn(dev, "Redis")).port;
  const redis = new Redis(Number(port), { lazyConnect: true, retryStrategy: () => null });
  redis.on("error", () => {});
  await redis.connect();
  await redis.call("SHUTDOWN", "NOSAVE").catch(() => {});
  assert.equal((await dev.child.status).code, 1);
  const log = join(project.path, ".data", "dev", "redis-server.log");
  assert.ok(dev.lines.includes(`redis-server has ended with exit code 0. Its log is ${log}`));
  await dev.assertNothingRuns();
});
