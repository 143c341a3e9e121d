import { endWithin } from "../src/end_within.ts";
import { ChildStartError } from "./services/child_process.ts";
import { DevServiceError } from "./services/dev_service_error.ts";

export interface TaskContext {
  /** What the task opens; closed in reverse order when it ends, however it ends. */
  readonly resources: AsyncDisposableStack;
  /** Aborts when the task has to end: at Ctrl-C, at SIGTERM, and when it has failed. */
  readonly signal: AbortSignal;
  /** Ends the task with that error, from whatever it has going on beside itself. */
  readonly fail: (error: Error) => void;
}

class Interruption extends Error {
  override readonly name = "Interruption";
}

const INTERRUPTED = 130;
const SETTLE_MS = 2_000;

/** Runs a dev task to its exit code; leaves nothing running, also after Ctrl-C or a failure. */
export async function runTask(task: (context: TaskContext) => Promise<number>): Promise<never> {
  const end = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => end.abort(new Interruption(`Stopped by ${signal}`)));
  }
  spareLoopback();
  const { signal } = end;
  const resources = new AsyncDisposableStack();
  const running = task({ resources, signal, fail: (error) => end.abort(error) });
  let exitCode = 1;
  try {
    exitCode = await Promise.race([running, rejectionOf(signal)]);
  } catch (thrown) {
    // What else goes wrong then is its consequence.
    const error = signal.aborted ? signal.reason : thrown;
    if (error instanceof Interruption) exitCode = INTERRUPTED;
    else report(error);
  } finally {
    // What the task has under way cleans up after itself before its folders go.
    await endWithin(SETTLE_MS, running.catch(() => {}));
    await resources.disposeAsync();
  }
  Deno.exit(exitCode);
}

/** What runs on this machine is not to be had by way of a proxy; the children are told so, too. */
function spareLoopback(): void {
  const told = Deno.env.get("NO_PROXY") ?? Deno.env.get("no_proxy");
  Deno.env.set("NO_PROXY", ["127.0.0.1", "localhost", told].filter(Boolean).join(","));
}

/** Rejects with the signal's reason once it is aborted. */
export function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function report(error: unknown): void {
  const text = isExplained(error) ? `\n${error.message}\n` : Deno.inspect(error);
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
  } catch {
    // The terminal has gone: nobody reads any more what we could say.
  }
}

function isExplained(error: unknown): error is Error {
  return error instanceof DevServiceError || error instanceof ChildStartError;
}

/** Writes a line to standard output. */
export function print(line = ""): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
