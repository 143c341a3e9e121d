import { endWithin } from "../src/end_within.ts";
import { ChildStartError } from "./services/child_process.ts";
import { DevServiceError } from "./services/dev_service_error.ts";

export interface TaskContext {
  /** What the task opens; closed in reverse order when it ends, however it ends. */
  readonly resources: AsyncDisposableStack;
  /** Aborts at Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

const INTERRUPTED = 130;
const SETTLE_MS = 2_000;

/** Runs a dev task to its exit code; leaves nothing running, also after Ctrl-C or a failure. */
export async function runTask(task: (context: TaskContext) => Promise<number>): Promise<never> {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => interruption.abort(new Error(`Stopped by ${signal}`)));
  }
  const { signal } = interruption;
  const resources = new AsyncDisposableStack();
  const running = task({ resources, signal });
  let exitCode = 1;
  try {
    exitCode = await Promise.race([running, rejectOn(signal)]);
  } catch (error) {
    if (signal.aborted) exitCode = INTERRUPTED;
    else print(isExplained(error) ? `\n${error.message}\n` : Deno.inspect(error));
  } finally {
    // What the task has under way cleans up after itself before its folders go.
    await endWithin(SETTLE_MS, running.catch(() => {}));
    await resources.disposeAsync();
  }
  Deno.exit(exitCode);
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function isExplained(error: unknown): error is Error {
  return error instanceof DevServiceError || error instanceof ChildStartError;
}

/** Writes a line to standard output. */
export function print(line = ""): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
