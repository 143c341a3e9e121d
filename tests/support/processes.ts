import { join } from "node:path";
import type { Child } from "../../dev/services/child_process.ts";
import { type RoleName, startRole } from "../../dev/stack/start_role.ts";
import { ROOT } from "../../dev/project.ts";
import { variableNames } from "../../src/config/variables.ts";
import { type Pipeline, startOutside } from "./pipeline.ts";

export interface ProcessPipeline extends Omit<Pipeline, "apiUrls"> {
  /** Starts one more process and gives it back when it is ready. */
  start(role: RoleName, env?: Readonly<Record<string, string>>): Promise<Child>;
}

/** As `startPipeline`, with API and workers in processes of their own, with their real permissions. */
export async function startProcesses(
  env: Readonly<Record<string, string>> = {},
): Promise<ProcessPipeline> {
  await using resources = new AsyncDisposableStack();
  const outside = await startOutside(resources, env);
  const folder = await temporaryFolder(resources);
  let count = 0;
  const start: ProcessPipeline["start"] = async (role, overrides = {}) => {
    const logFile = join(folder, `${role}-${++count}.log`);
    const childEnv = { ...unset(), ...outside.env, ...overrides };
    return started.use(await startRole(role, { env: childEnv, cwd: folder, logFile }));
  };
  const started = resources.move();
  return { ...outside, start, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Runs an entry file that is not expected to get ready; its exit code and all it said. */
export async function runToEnd(
  entry: "main.ts" | "worker.ts",
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; output: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", entry],
    cwd: ROOT,
    env: { ...unset(), ...env },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder();
  return { code, output: text.decode(stdout) + text.decode(stderr) };
}

/** Waits for a child's end and returns its exit code. */
export async function exitCodeOf(child: Child): Promise<number> {
  return (await child.status).code;
}

/** Overrides for every variable of the servers: what the shell says about them is not for tests. */
export function unset(): Record<string, string> {
  return Object.fromEntries(variableNames().map((name) => [name, ""]));
}

/** A folder that is removed with the rest. */
export async function temporaryFolder(resources: AsyncDisposableStack): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "processes-" });
  resources.defer(() => Deno.remove(folder, { recursive: true }));
  return folder;
}
