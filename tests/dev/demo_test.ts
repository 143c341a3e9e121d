import assert from "node:assert/strict";
import { join } from "node:path";
import { runProgram } from "../../dev/services/run_program.ts";
import { copyProject } from "./project_copy.ts";
import { exists, fakePython, writeProgram } from "./service_fakes.ts";
import { startTask, type TaskRun } from "./task_run.ts";

/** Deno's own cache, which another XDG_CACHE_HOME would move. */
async function denoDir(): Promise<string> {
  const { stdout } = await runProgram(Deno.execPath(), ["info", "--json"]);
  return JSON.parse(stdout).denoDir;
}

async function assertNothingIsLeft(project: string, demo: TaskRun): Promise<void> {
  await demo.assertNothingRuns();
  const data = join(project, ".data");
  assert.deepEqual(exists(data) ? [...Deno.readDirSync(data)] : [], []);
}

Deno.test("T067 the demo shows 202, event and asset of each photo, exits 0 and leaves nothing", async () => {
  await using project = await copyProject();
  await using demo = await startTask("demo", {
    project: project.path,
    readyWhen: /^Done in/,
    // Meant for servers, and for other networks: nothing here goes by them.
    env: { HOST: "0.0.0.0", PUBLIC_URL: "nonsense", HTTP_PROXY: "http://127.0.0.1:9" },
  });
  assert.equal((await demo.child.status).code, 0);
  const count = (pattern: RegExp) => demo.lines.filter((line) => pattern.test(line)).length;
  assert.equal(count(/^ +\d+ ms {2}202 accepted +asset [0-9a-f]{24}$/), 3);
  assert.equal(count(/^ +\d+ ms {2}asset_processed +active: [a-z]+ /), 3);
  assert.equal(count(/^ +\d+ ms {2}200 asset +active, by asset-[0-9a-f]{24}-1$/), 3);
  assert.equal(demo.ports().length, 4, "of Redis, MongoDB, the sample AI service and the API");
  await assertNothingIsLeft(project.path, demo);
});

Deno.test("the demo takes photographs of the user's own, and says which cannot be read", async () => {
  await using project = await copyProject();
  const options = { project: project.path };
  await using demo = await startTask("demo", {
    ...options,
    args: ["dev/photos/coffee.png"],
    readyWhen: /^Done in/,
  });
  assert.equal((await demo.child.status).code, 0);
  assert.equal(demo.lines.filter((line) => line.includes("202 accepted")).length, 1);
  assert.ok(demo.lines.some((line) => line.startsWith("coffee.png 467 kB")));

  for (
    const [photo, readyWhen] of [
      ["none.jpg", /^The photo "none.jpg" cannot be read: /],
      ["deno.json", /^The API takes no deno.json: The file must be a JPEG, /],
    ] as const
  ) {
    await using refused = await startTask("demo", { ...options, args: [photo], readyWhen });
    assert.equal((await refused.child.status).code, 1);
  }
});

async function assertInterrupted(project: string, demo: TaskRun): Promise<void> {
  assert.equal(await demo.interrupt(), 130);
  assert.doesNotMatch(demo.lines.join("\n"), /SIG|before it was ready|Error/);
  await assertNothingIsLeft(project, demo);
}

for (const moment of ["redis-server: ready", "API: ready"]) {
  Deno.test(`a demo that is interrupted at "${moment}" leaves nothing`, async () => {
    await using project = await copyProject();
    const options = { project: project.path, readyWhen: new RegExp(moment) };
    await using demo = await startTask("demo", options);
    await assertInterrupted(project.path, demo);
    assert.ok(demo.ports().length > 0);
  });
}

Deno.test("a demo that is interrupted while it downloads leaves nothing", async () => {
  await using project = await copyProject();
  const path = join(project.path, "bin");
  writeProgram(path, "python3", fakePython("/no/python", "exec /bin/sleep 600"));
  await using demo = await startTask("demo", {
    project: project.path,
    readyWhen: /: downloading/,
    env: { PATH: path, XDG_CACHE_HOME: project.path, DENO_DIR: await denoDir() },
  });
  await assertInterrupted(project.path, demo);
  assert.deepEqual([...Deno.readDirSync(join(project.path, "ai-queue-pipeline"))], []);
});
