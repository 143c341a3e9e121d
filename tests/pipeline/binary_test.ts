import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { compileBinary } from "../../dev/compile/compile_binary.ts";
import { denortVersion } from "../../dev/compile/denort_version.ts";
import { print } from "../../dev/run_task.ts";
import { DevServiceError } from "../../dev/services/dev_service_error.ts";
import { runProgram } from "../../dev/services/run_program.ts";
import { type RoleName, startRole } from "../../dev/stack/start_role.ts";
import { readmeBlocks } from "../readme/readme_blocks.ts";
import { connect, newUser } from "../support/client.ts";
import { startOutside } from "../support/pipeline.ts";
import { exitCodeOf, temporaryFolder, unset } from "../support/processes.ts";
import { JWT_SECRET } from "../support/tokens.ts";

// The runtime that `deno compile` puts the program on; dev/ok.ts tells when there is none.
const DENORT = Deno.env.get("DENORT_BIN");

/** The Deno that the runtime belongs to: no other can compile for it. */
async function denoOf(denort: string): Promise<readonly [string, ...string[]]> {
  const version = await denortVersion(denort);
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
    const output = join(folder, "dist", "ai-queue-pipeline");
    const deno = await denoOf(DENORT);
    const command = await compileBinary({ output, deno, denort: DENORT });

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
    const start = async (role: RoleName, args: string[] = [role], more = env) => {
      const logFile = join(folder, `${role}.log`);
      const program = { command, args };
      return resources.use(
        await startRole(role, { program, env: { ...bare, ...more }, cwd, logFile }),
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

    // And as the README says.
    const [, writeEnv = "", go = ""] =
      (await readmeBlocks()).get("Running it, sh 2")?.split("\n") ?? [];
    const env2 = { cwd: dirname(dirname(command)), env: unset() };
    assert.equal((await runProgram("sh", ["-euc", writeEnv], env2)).ending, "exit code 0");
    const settings = Object.entries({ ...env, JWT_SECRET }).reduce(
      (text, [name, value]) =>
        text.replace(new RegExp(`^${name}=.*$`, "m"), () => `${name}=${value}`),
      await Deno.readTextFile(join(folder, ".env")),
    );
    await Deno.writeTextFile(join(cwd, ".env"), settings);
    const option = /^dist\/ai-queue-pipeline (--env-file) +# the API\b/.exec(go)?.[1] ?? "";
    await doMainJob((await start("all", ["all", option], {})).ready[1] ?? "");
  });

  Deno.test("a runtime of another Deno, or what is none, is refused before anything is made", async () => {
    await using resources = new AsyncDisposableStack();
    const folder = await temporaryFolder(resources);
    const output = join(folder, "program");
    const none = join(folder, "none");
    await Deno.writeTextFile(none, "no runtime");
    const version = await denortVersion(DENORT);
    const other = version === Deno.version.deno ? undefined : DENORT;
    for (const denort of [other, none, "/nowhere"]) {
      if (!denort) continue;
      const error = await compileBinary({ output, denort }).catch((error) => error);
      assert.ok(error instanceof DevServiceError, String(error));
      assert.match(error.message, denort === other ? /unset DENORT_BIN/ : /is no runtime of Deno/);
      await assert.rejects(Deno.stat(output));
    }
  });
}
