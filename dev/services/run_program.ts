import { guardAgainstOrphan } from "./orphan_guard.ts";

export interface RunOptions extends Pick<Deno.CommandOptions, "cwd" | "env"> {
  /** Kills the program, with what it started, and rejects with its reason. */
  signal?: AbortSignal | undefined;
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
  const { signal, ...rest } = options;
  signal?.throwIfAborted();
  const { code, signal: killer, stdout, stderr } = await outputOf(program, {
    ...rest,
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // A group of its own: Ctrl-C passes it by, and a signal to the group reaches its children.
    detached: true,
  }, signal);
  signal?.throwIfAborted();
  return {
    success: code === 0 && killer === null,
    ending: killer ?? `exit code ${code}`,
    stdout: new TextDecoder().decode(stdout),
    stderr: new TextDecoder().decode(stderr),
  };
}

async function outputOf(
  program: string,
  options: Deno.CommandOptions,
  signal: AbortSignal | undefined,
) {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, options).spawn();
  } catch (error) {
    const stderr = new TextEncoder().encode(error instanceof Error ? error.message : String(error));
    return { code: 127, signal: null, stdout: new Uint8Array(), stderr };
  }
  await using _guard = guardAgainstOrphan(child.pid);
  const kill = () => killGroup(child.pid);
  signal?.addEventListener("abort", kill, { once: true });
  try {
    return await child.output();
  } finally {
    signal?.removeEventListener("abort", kill);
  }
}

function killGroup(leader: number): void {
  try {
    Deno.kill(-leader, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
