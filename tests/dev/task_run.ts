import assert from "node:assert/strict";
import { createConnection } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { type Child, startChild } from "../../dev/services/child_process.ts";
import { runProgram } from "../../dev/services/run_program.ts";
import { unset } from "../support/processes.ts";
import { until } from "../support/until.ts";

export interface TaskRun extends AsyncDisposable {
  readonly child: Child;
  /** All that it printed. */
  readonly lines: readonly string[];
  /** Presses Ctrl-C, for which the terminal signals the whole group; its exit code. */
  interrupt(): Promise<number>;
  /** The ports of the servers that it said are ready. */
  ports(): number[];
  /** Nothing of it is left: no server listens, and no process runs that has its folder in its command. */
  assertNothingRuns(): Promise<void>;
}

/** Runs a task of the project in this folder as the leader of a process group, as a shell does. */
export async function startTask(
  task: "dev" | "demo",
  { project, readyWhen, env, args = [] }: {
    project: string;
    readyWhen: RegExp;
    env?: Readonly<Record<string, string>>;
    args?: readonly string[];
  },
): Promise<TaskRun> {
  const lines: string[] = [];
  const child = await startChild({
    command: Deno.execPath(),
    args: ["run", "-A", `dev/${task}.ts`, ...args],
    cwd: project,
    // Not the servers of the test run: the task has to bring up its own.
    env: { ...unset(), ...env },
    logFile: join(project, `${task}.log`),
    readyWhen,
    startTimeoutMs: 60_000,
    onLine: (line) => lines.push(line),
  });
  const ports = () => {
    const text = lines.join("\n");
    return [...text.matchAll(/: ready at \w+:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port]) =>
      Number(port)
    );
  };
  return {
    child,
    lines,
    ports,
    async interrupt() {
      Deno.kill(-child.pid, "SIGINT");
      return (await child.status).code;
    },
    async assertNothingRuns() {
      await assertNothingRuns(project);
      for (const port of ports()) assert.equal(await isListening(port), false, `port ${port}`);
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

/** Waits until no process runs that was started for what lies in this folder. */
export async function assertNothingRuns(folder: string): Promise<void> {
  await until("its processes to be gone", async () => (await processesOf(folder)).length === 0);
}

/** The commands of the processes that were started for what lies in this folder. */
async function processesOf(folder: string): Promise<string[]> {
  const { stdout } = await runProgram("ps", ["-eo", "args"]);
  return stdout.split("\n").filter((args) => args.includes(folder));
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
