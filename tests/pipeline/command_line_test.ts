import assert from "node:assert/strict";
import { join } from "node:path";
import denoJson from "../../deno.json" with { type: "json" };
import { fromSource, startRole } from "../../dev/stack/start_role.ts";
import { ROOT } from "../../dev/project.ts";
import { runProgram } from "../../dev/services/run_program.ts";
import { aiCalls, orderFault } from "../support/ai_control.ts";
import { connect, newUser, send } from "../support/client.ts";
import { readProjectFile } from "../support/project_files.ts";
import { startOutside } from "../support/pipeline.ts";
import { exitCodeOf, startProcesses, temporaryFolder, unset } from "../support/processes.ts";
import { until } from "../support/until.ts";

/** Runs the program from its source, as `deno task api` does, with these arguments. */
function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { command, args: before = [] } = fromSource("api");
  return runProgram(command, [...before, ...args], { cwd: ROOT, env: { ...unset(), ...env } });
}

Deno.test("help names every command, and the version is that of deno.json", async () => {
  const { ending, stdout } = await run(["--help"]);
  assert.equal(ending, "exit code 0");
  for (const command of ["api", "worker", "all", "env", "healthcheck", "version"]) {
    assert.match(stdout, new RegExp(`^  ${command} `, "m"));
  }
  for (const args of [["version"], ["--version"]]) {
    const { stdout } = await run(args);
    const { deno } = Deno.version;
    assert.equal(
      stdout,
      `ai-queue-pipeline ${denoJson.version} (Deno ${deno}, ${Deno.build.target})\n`,
    );
  }
});

Deno.test("a command that is none ends with exit code 2 and says what was meant", async () => {
  for (
    const [args, told] of [
      [["wroker"], /unknown command 'wroker'\n\(Did you mean worker\?\)/],
      [["--port", "1"], /unknown option '--port'/],
      [["api", "twice"], /too many arguments for 'api'/],
      [["worker", "--fast"], /unknown option '--fast'/],
    ] as const
  ) {
    const { ending, stdout, stderr } = await run(args);
    assert.equal(ending, "exit code 2", args.join(" "));
    assert.equal(stdout, "");
    assert.match(stderr, told);
    assert.match(stderr, /See: ai-queue-pipeline --help/);
  }
});

Deno.test("the command env prints .env.example, without any setting", async () => {
  const { ending, stdout } = await run(["env"]);
  assert.equal(ending, "exit code 0");
  assert.equal(stdout, await readProjectFile(".env.example"));
});

Deno.test("one process with both roles does the main job, is healthy while it does, and ends with 0", async () => {
  await using pipeline = await startProcesses();
  const all = await pipeline.start("all");
  const url = all.ready[1] ?? "";
  const env = { ...pipeline.env, PORT: new URL(url).port };
  assert.deepEqual((await run(["healthcheck"], env)).ending, "exit code 0");

  const user = await newUser();
  using device = await connect(url, { token: user.token });
  await orderFault(pipeline.ai.url, { kind: "slow", delayMs: 1500 });
  const { assetId } = (await user.submit(url)).body.data;
  await until("the AI call", async () => (await aiCalls(pipeline.ai.url)).length);
  all.kill("SIGTERM");
  await until("it to drain", async () => (await send(`${url}/readyz`)).status === 503);
  assert.equal((await device.eventOf(assetId)).status, "active");
  assert.equal(await exitCodeOf(all), 0);

  const { ending, stderr } = await run(["healthcheck"], env);
  assert.equal(ending, "exit code 1");
  assert.match(stderr, /refused/i);
});

Deno.test("--env-file goes by the file .env, after what the environment says; without one it says so", async () => {
  await using resources = new AsyncDisposableStack();
  const { env } = await startOutside(resources);
  const cwd = await temporaryFolder(resources);
  const file = { ...env, LOG_LEVEL: "loud", HOST: "nowhere.invalid" };
  const lines = Object.entries(file).map(([name, value]) => `${name}=${value}`);
  await Deno.writeTextFile(join(cwd, ".env"), lines.join("\n"));
  const { command, args: before = [] } = fromSource("api");
  for (
    const [role, args] of [["api", ["--env-file"]], ["worker", ["worker", "--env-file"]]] as const
  ) {
    resources.use(
      await startRole(role, {
        program: { command, args: [...before, ...args] },
        env: { ...unset(), LOG_LEVEL: "info", HOST: "127.0.0.1" },
        cwd,
        logFile: join(cwd, `${role}.log`),
      }),
    );
  }

  await Deno.remove(join(cwd, ".env"));
  const { ending, stdout } = await runProgram(command, [...before, "--env-file"], { cwd });
  assert.equal(ending, "exit code 78");
  assert.match(stdout, /\.env of the working folder cannot be read: No such file/);
});

Deno.test("a health check with a wrong setting says which", async () => {
  const { ending, stderr } = await run(["healthcheck"], { PORT: "http" });
  assert.equal(ending, "exit code 1");
  assert.match(stderr, /PORT must be a whole number/);
});
