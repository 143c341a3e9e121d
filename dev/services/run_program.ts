import { linesOf } from "./child_log.ts";
import { guardAgainstOrphan } from "./orphan_guard.ts";

export interface RunOptions extends Pick<Deno.CommandOptions, "cwd" | "env"> {
  /** Kills the program, with what it started, and rejects with its reason. */
  signal?: AbortSignal | undefined;
  /** Gets each line of both outputs as it comes. */
  onLine?: (line: string) => void;
}

export interface RunResult {
  readonly success: boolean;
  /** Such as `exit code 1` or `SIGILL`. */
  readonly ending: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end without input; one that cannot be started fails as in a shell (127). */
export async function runProgram(
  program: string,
  args: string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { signal, onLine = () => {}, ...rest } = options;
  signal?.throwIfAborted();
  const { code, signal: killer, stdout, stderr } = await outputOf(
    program,
    {
      ...rest,
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // A group of its own: Ctrl-C passes it by, and a signal to the group reaches its children.
      detached: true,
    },
    onLine,
    signal,
  );
  signal?.throwIfAborted();
  return {
    success: code === 0 && killer === null,
    ending: killer ?? `exit code ${code}`,
    stdout,
    stderr,
  };
}

async function outputOf(
  program: string,
  options: Deno.CommandOptions,
  onLine: (line: string) => void,
  signal: AbortSignal | undefined,
) {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, options).spawn();
  } catch (error) {
    const stderr = error instanceof Error ? error.message : String(error);
    return { code: 127, signal: null, stdout: "", stderr };
  }
  await using _guard = guardAgainstOrphan(child.pid);
  const kill = () => killGroup(child.pid);
  signal?.addEventListener("abort", kill, { once: true });
  try {
    const [stdout, stderr, status] = await Promise.all([
      textOf(child.stdout, onLine),
      textOf(child.stderr, onLine),
      child.status,
    ]);
    return { ...status, stdout, stderr };
  } finally {
    signal?.removeEventListener("abort", kill);
  }
}

async function textOf(
  output: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: (line: string) => void,
): Promise<string> {
  let text = "";
  for await (const line of linesOf(output)) {
    onLine(line);
    text += `${line}\n`;
  }
  return text;
}

function killGroup(leader: number): void {
  try {
    Deno.kill(-leader, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
