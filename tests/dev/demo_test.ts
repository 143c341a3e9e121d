import assert from "node:assert/strict";
import { createConnection } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { ROOT } from "../../dev/project.ts";
import { startChild } from "../../dev/services/child_process.ts";
import { runProgram } from "../../dev/services/run_program.ts";
import { exists, fakePython, temporaryFolder, writeProgram } from "./service_fakes.ts";

const DATA = join(ROOT, ".data");

interface DemoOptions {
  /** Holds the log of the run. */
  folder: string;
  readyWhen: RegExp;
  env?: Record<string, string>;
}

/** Starts the demo as the leader of a process group, as a shell does. */
async function startDemo({ folder, readyWhen, env }: DemoOptions) {
  const lines: string[] = [];
  const foldersBefore = demoFolders();
  const demo = await startChild({
    command: Deno.execPath(),
    args: ["run", "-A", "dev/demo.ts"],
    cwd: ROOT,
    // Not the test run's own servers: the demo has to bring up its own.
    env: { REDIS_URL: "", MONGODB_URI: "", ...env },
    logFile: join(folder, "demo.log"),
    readyWhen,
    startTimeoutMs: 60_000,
    onLine: (line) => lines.push(line),
  });
  async function assertNothingIsLeft() {
    for (const port of portsIn(lines)) assert.equal(await isListening(port), false);
    assert.deepEqual(demoFolders().filter((name) => !foldersBefore.includes(name)), []);
  }
  return { demo, lines, assertNothingIsLeft };
}

function demoFolders(): string[] {
  if (!exists(DATA)) return [];
  return [...Deno.readDirSync(DATA)].map(({ name }) => name)
    .filter((name) => /^\.?demo-/.test(name));
}

/** The ports of the servers that the demo said are ready. */
function portsIn(lines: readonly string[]): number[] {
  const text = lines.join("\n");
  return [...text.matchAll(/: ready at \w+:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port]) =>
    Number(port)
  );
}

/** Deno's own cache, which another XDG_CACHE_HOME would move. */
async function denoDir(): Promise<string> {
  const { stdout } = await runProgram(Deno.execPath(), ["info", "--json"]);
  return JSON.parse(stdout).denoDir;
}

async function isListening(port: number): Promise<boolean> {
  const socket = createConnection(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

Deno.test("T067 the demo shows 202, event and asset of each photo, exits 0 and leaves nothing", async () => {
  await using folder = temporaryFolder();
  const { demo, lines, ...run } = await startDemo({ folder: folder.path, readyWhen: /^Done in/ });
  await using _ = demo;
  const { code } = await demo.status;
  assert.equal(code, 0);
  const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
  assert.equal(
    count(/^ +\d+ ms {2}202 accepted +asset [0-9a-f]{24}$/),
    3,
  );
  assert.equal(count(/^ +\d+ ms {2}asset_processed +active: [a-z]+ /), 3);
  assert.equal(count(/^ +\d+ ms {2}200 asset +active, by asset-[0-9a-f]{24}-1$/), 3);
  assert.equal(portsIn(lines).length, 4, "of Redis, MongoDB, the sample AI service and the API");
  await run.assertNothingIsLeft();
});

/** Presses Ctrl-C: the terminal signals the whole group. */
async function interrupt(
  { demo, lines, assertNothingIsLeft }: Awaited<ReturnType<typeof startDemo>>,
) {
  Deno.kill(-demo.pid, "SIGINT");
  const { code } = await demo.status;
  assert.equal(code, 130);
  assert.doesNotMatch(lines.join("\n"), /SIG|before it was ready|Error/);
  await assertNothingIsLeft();
}

for (const moment of ["redis-server: ready", "API: ready"]) {
  Deno.test(`a demo that is interrupted at "${moment}" leaves nothing`, async () => {
    await using folder = temporaryFolder();
    const run = await startDemo({ folder: folder.path, readyWhen: new RegExp(moment) });
    await using _ = run.demo;
    await interrupt(run);
    assert.ok(portsIn(run.lines).length > 0);
  });
}

Deno.test("a demo that is interrupted while it downloads leaves nothing", async () => {
  await using folder = temporaryFolder();
  const path = join(folder.path, "bin");
  writeProgram(path, "python3", fakePython("/no/python", "exec /bin/sleep 600"));
  const run = await startDemo({
    folder: folder.path,
    readyWhen: /: downloading/,
    env: { PATH: path, XDG_CACHE_HOME: folder.path, DENO_DIR: await denoDir() },
  });
  await using _ = run.demo;
  await interrupt(run);
  assert.deepEqual([...Deno.readDirSync(join(folder.path, "ai-queue-pipeline"))], []);
});
