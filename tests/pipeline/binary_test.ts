import assert from "node:assert/strict";
import { join } from "node:path";
import { compileBinary } from "../../dev/compile/compile_binary.ts";
import { print } from "../../dev/run_task.ts";
import { runProgram } from "../../dev/services/run_program.ts";
import { type RoleName, startRole } from "../../dev/stack/start_role.ts";
import { connect, newUser } from "../support/client.ts";
import { startOutside } from "../support/pipeline.ts";
import { exitCodeOf, temporaryFolder, unset } from "../support/processes.ts";

// The runtime that `deno compile` puts the program on; dev/ok.ts tells when there is none.
const DENORT = Deno.env.get("DENORT_BIN");

/** The Deno that the runtime belongs to: no other can compile for it. */
async function denoOf(denort: string): Promise<readonly [string, ...string[]]> {
  const text = new TextDecoder("latin1").decode(await Deno.readFile(denort));
  const version = /Deno\/(\d+\.\d+\.\d+)/.exec(text)?.[1];
  assert.ok(version, `${denort} names no version of Deno`);
  return version === Deno.version.deno ? [Deno.execPath()] : ["npx", "-y", `deno@${version}`];
}

/** Uploads a photo, hears of it, and sees it served. */
async function doMainJob(url: string): Promise<void> {
  const user = await newUser();
  using device = await connect(url, { token: user.token });
  const { assetId } = (await user.submit(url)).body.data;
  assert.equal((await device.eventOf(assetId)).status, "active");
  const { images } = (await user.get(url, `/api/assets/${assetId}`)).body.data;
  const served = await fetch(images.original.url);
  await served.body?.cancel();
  assert.equal(served.status, 200);
}

if (DENORT) {
  Deno.test("the compiled program does the main job alone: without Deno, cache or PATH", async () => {
    await using resources = new AsyncDisposableStack();
    const folder = await temporaryFolder(resources);
    const output = join(folder, "bin", "ai-queue-pipeline");
    const command = await compileBinary({ output, deno: await denoOf(DENORT) });

    const cwd = join(folder, "elsewhere");
    await Deno.mkdir(cwd);
    const bare = { ...unset(), HOME: cwd, DENO_DIR: join(cwd, "no-cache"), PATH: "/nowhere" };
    const run = (...args: string[]) => runProgram(command, args, { cwd, env: bare });
    assert.match((await run("version")).stdout, /^ai-queue-pipeline \d+\.\d+\.\d+ /);
    assert.match((await run("--help")).stdout, /\bhealthcheck\b/);
    for (const role of ["api", "worker", "all"]) {
      const { ending, stdout } = await run(role);
      assert.equal(ending, "exit code 78", role);
      assert.match(stdout, /REDIS_URL is required/);
    }

    const { env } = await startOutside(resources, { CLOUDINARY_URL: "" });
    const start = async (role: RoleName) => {
      const logFile = join(folder, `${role}.log`);
      const program = { command, args: [role] };
      return resources.use(
        await startRole(role, { program, env: { ...bare, ...env }, cwd, logFile }),
      );
    };
    const startedAt = performance.now();
    const api = await start("api");
    const readyMs = Math.round(performance.now() - startedAt);
    const megabytes = Math.round((await Deno.stat(command)).size / 1e6);
    print(`The compiled program: ${megabytes} MB, its API ready ${readyMs} ms after the start`);

    const roles = [api, await start("worker")];
    await doMainJob(api.ready[1] ?? "");
    for (const child of roles) {
      child.kill("SIGTERM");
      assert.equal(await exitCodeOf(child), 0);
    }
    await doMainJob((await start("all")).ready[1] ?? "");
  });
}
