import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type ChildOptions,
  ChildStartError,
  startChild,
} from "../../dev/services/child_process.ts";
import { ROOT } from "../../dev/project.ts";
import { runProgram } from "../../dev/services/run_program.ts";
import { until } from "../support/until.ts";
import { exists, isRunning, temporaryFolder } from "./service_fakes.ts";

const FOREVER = "exec sleep 600";

function shell(folder: string, script: string): ChildOptions {
  return {
    command: "/bin/sh",
    args: ["-c", script],
    logFile: join(folder, "child.log"),
    readyWhen: /^ready on (\d+)$/,
    startTimeoutMs: 10_000,
  };
}

Deno.test("a child is ready at its line, whose groups the caller reads", async () => {
  await using folder = temporaryFolder();
  const lines: string[] = [];
  const script = `echo first; echo second >&2; echo ready on 4711; ${FOREVER}`;
  const options = { ...shell(folder.path, script), onLine: (line: string) => lines.push(line) };

  await using child = await startChild(options);

  assert.equal(child.ready[1], "4711");
  await until("stderr to be read too", () => lines.length === 3);
  assert.deepEqual([...child.output()].sort(), ["first", "ready on 4711", "second"]);
  assert.deepEqual(child.output(), lines);
  assert.equal(Deno.readTextFileSync(options.logFile), `${lines.join("\n")}\n`);
});

Deno.test("a child is gone after disposal, and disposing of one that left by itself is fine", async () => {
  await using folder = temporaryFolder();
  const child = await startChild(shell(folder.path, `echo ready on 1; ${FOREVER}`));
  assert.ok(isRunning(child.pid));
  await child[Symbol.asyncDispose]();
  assert.ok(!isRunning(child.pid));
  assert.equal((await child.status).signal, "SIGTERM");

  const brief = await startChild(shell(folder.path, "echo ready on 2; exit 3"));
  assert.equal((await brief.status).code, 3);
  brief.kill("SIGTERM");
  await brief[Symbol.asyncDispose]();
});

Deno.test("a child that ignores SIGTERM is killed when its time is over", async () => {
  await using folder = temporaryFolder();
  const script = "trap '' TERM; echo ready on 1; while :; do sleep 0.05; done";
  const child = await startChild({ ...shell(folder.path, script), stopTimeoutMs: 100 });
  await child[Symbol.asyncDispose]();
  assert.equal((await child.status).signal, "SIGKILL");
});

Deno.test("a child that dies early is an error with its exit code and last words", async () => {
  await using folder = temporaryFolder();
  await assert.rejects(
    startChild({
      ...shell(folder.path, "seq 20000; echo the disk is on fire; exit 7"),
      name: "fire brigade",
    }),
    (error) => {
      assert.ok(error instanceof ChildStartError);
      assert.match(error.message, /^fire brigade ended with exit code 7 before it was ready:\n/);
      assert.match(error.message, /^ {2}the disk is on fire$/m);
      return true;
    },
  );
});

Deno.test("a child that does not get ready in time is an error, and is stopped", async () => {
  await using folder = temporaryFolder();
  const script = `echo pid $$; ${FOREVER}`;
  let pid = 0;
  await assert.rejects(
    startChild({
      ...shell(folder.path, script),
      startTimeoutMs: 300,
      onLine: (line) => pid = Number(line.slice(4)),
    }),
    /was not ready in 300 ms:\n {2}pid \d+/,
  );
  assert.ok(pid > 0 && !isRunning(pid));
});

Deno.test("a child that says it has failed though its process stays is killed, with its last words kept", async () => {
  await using folder = temporaryFolder();
  const stubborn = "trap '' TERM; while :; do sleep 0.05; done";
  let pid = 0;
  await assert.rejects(
    startChild({
      ...shell(folder.path, `echo pid $$; echo no luck >&2; echo failed; echo why; ${stubborn}`),
      failedWhen: /^failed$/,
      stopTimeoutMs: 600_000,
      onLine: (line) => pid ||= Number(/^pid (\d+)$/.exec(line)?.[1] ?? 0),
    }),
    (error) => error instanceof ChildStartError && /failed:.*no luck/s.test(error.message),
  );
  assert.ok(pid > 0 && !isRunning(pid));
});

Deno.test("a child that says it has ended though its process stays is killed without a wait", async () => {
  await using folder = temporaryFolder();

  const ends = "trap 'echo ended' TERM; echo ready on 1; while :; do sleep 0.05; done";
  const endedWhen = /^ended$/;
  const options = { ...shell(folder.path, ends), endedWhen, stopTimeoutMs: 600_000 };
  const child = await startChild(options);
  await child[Symbol.asyncDispose]();
  assert.equal((await child.status).signal, "SIGKILL");
});

Deno.test("a child that is lost is told with its log, one that is stopped is not", async () => {
  await using folder = temporaryFolder();
  const lost: string[] = [];
  const options: ChildOptions = {
    ...shell(folder.path, `echo ready on 1; ${FOREVER}`),
    name: "server",
    onLost: ({ message }) => lost.push(message),
  };
  const child = await startChild(options);
  child.kill("SIGKILL");
  await child.status;
  assert.deepEqual(lost, [`server has ended with SIGKILL. Its log is ${options.logFile}`]);

  const stopped = await startChild(options);
  await stopped[Symbol.asyncDispose]();
  assert.equal(lost.length, 1);
});

Deno.test("a log for which the disk has no room ends the start, and says so", async () => {
  await using folder = temporaryFolder();
  const options = { ...shell(folder.path, `echo ready on 1; ${FOREVER}`), logFile: "/dev/full" };
  await assert.rejects(startChild(options), {
    name: "DevServiceError",
    message: /^"\/dev" cannot be written to \(No space left .*\): make room on its disk$/,
  });
});

Deno.test("a child whose log cannot be written to any more is lost, once", async () => {
  await using folder = temporaryFolder();
  const logFile = join(folder.path, "log");
  const { stderr } = await runProgram("python3", ["-c", `import os; os.mkfifo("${logFile}")`]);
  assert.equal(stderr, "");
  // It reads the first line and goes.
  const reader = new Deno.Command("head", { args: ["-n", "1", logFile], stdout: "null" }).spawn();
  const lost: string[] = [];
  await using _ = await startChild({
    ...shell(folder.path, "echo ready on 1; while :; do echo more; sleep 0.05; done"),
    logFile,
    onLost: ({ message }) => lost.push(message),
  });
  await reader.status;
  await until("it to be lost", () => lost.length);
  assert.match(lost[0] ?? "", /cannot be written to \(Broken pipe/);
  assert.equal(lost.length, 1);
});

Deno.test("a program that is not there is an error that names it", async () => {
  await using folder = temporaryFolder();
  const command = join(folder.path, "nothing");
  await assert.rejects(
    startChild({ ...shell(folder.path, ""), command }),
    (error) => error instanceof ChildStartError && error.message.includes(command),
  );
});

Deno.test("aborting the start stops the child and rejects with the reason", async () => {
  await using folder = temporaryFolder();
  const abort = new AbortController();
  const reason = new Error("Ctrl-C");
  let pid = 0;
  const onLine = (line: string) => {
    pid = Number(line.slice(4));
    abort.abort(reason);
  };
  const options = shell(folder.path, `echo pid $$; ${FOREVER}`);
  await assert.rejects(startChild({ ...options, onLine, signal: abort.signal }), reason);
  assert.ok(pid > 0 && !isRunning(pid));
});

/** Runs a script as the child of a process that is killed once the child is ready. */
async function orphan(folder: string, script: string): Promise<void> {
  const module = new URL("../../dev/services/child_process.ts", import.meta.url);
  const program = join(folder, "parent.ts");
  Deno.writeTextFileSync(
    program,
    `import { startChild } from "${module}";
    const options = ${JSON.stringify(shell(folder, script))};
    await startChild({ ...options, readyWhen: /ready/ });
    console.log("started");
    setInterval(() => {}, 1000);`,
  );
  const parent = new Deno.Command(Deno.execPath(), {
    args: ["run", "--config", join(ROOT, "deno.json"), "--no-check", "--allow-all", program],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = parent.stdout.getReader();
  const { value } = await reader.read();
  assert.match(new TextDecoder().decode(value), /started/);

  parent.kill("SIGKILL");
  await parent.status;
  await reader.cancel();
}

Deno.test("a child does not outlive a parent that is killed", async () => {
  await using folder = temporaryFolder();
  const ended = join(folder.path, "ended");
  // The shell would say that its `sleep` was terminated too, and die of nobody reading it.
  const script = `trap 'echo > ${ended}; exit' TERM; echo ready on 1; exec 2> /dev/null
    while :; do sleep 0.1; done`;
  await orphan(folder.path, script);
  await until("the child to be terminated", () => exists(ended));
});

Deno.test("a child that ignores SIGTERM does not outlive a parent that is killed, either", async () => {
  await using folder = temporaryFolder();
  const pidFile = join(folder.path, "pid");
  const script = `trap '' TERM; echo $$ > ${pidFile}; echo ready on 1; exec > /dev/null 2>&1
    while :; do sleep 0.1; done`;
  await orphan(folder.path, script);
  const pid = Number(await Deno.readTextFile(pidFile));
  assert.ok(isRunning(pid));
  await until("the child to be killed", () => !isRunning(pid));
});
