export interface RunOptions extends Pick<Deno.CommandOptions, "cwd" | "env"> {
  /** Terminates the program and rejects with its reason. */
  signal?: AbortSignal | undefined;
}

export interface RunResult {
  readonly success: boolean;
  /** Such as `exit code 1` or `SIGILL`. */
  readonly ending: string;
  /** Whether the program, or the interpreter it names, is not there at all. */
  readonly notFound: boolean;
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
  const command = new Deno.Command(program, {
    ...rest,
    args,
    stdin: "null",
    ...(signal && { signal }),
  });
  const { code, signal: killer, stdout, stderr } = await command.output().catch(notStarted);
  signal?.throwIfAborted();
  return {
    success: code === 0 && killer === null,
    ending: killer ?? `exit code ${code}`,
    notFound: code === 127,
    stdout: new TextDecoder().decode(stdout),
    stderr: new TextDecoder().decode(stderr),
  };
}

function notStarted(error: Error) {
  const stderr = new TextEncoder().encode(error.message);
  return { code: 127, signal: null, stdout: new Uint8Array(), stderr };
}
