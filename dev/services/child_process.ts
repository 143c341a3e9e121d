import { endWithin } from "../../src/end_within.ts";
import { linesOf, openChildLog } from "./child_log.ts";
import { DevServiceError } from "./dev_service_error.ts";
import { guardAgainstOrphan } from "./orphan_guard.ts";

const STOP_TIMEOUT_MS = 10_000;
const DRAIN_TIMEOUT_MS = 1_000;
const LINES_SHOWN = 12;

export interface ChildOptions extends Pick<Deno.CommandOptions, "args" | "cwd" | "env"> {
  command: string;
  /** What errors call the child; its command unless given. */
  name?: string;
  /** Written anew with every line of stdout and stderr. */
  logFile: string;
  /** Matched against each line; the first match makes the child ready. */
  readyWhen: RegExp;
  /** Of a child that stays when the program that it runs ends: a line that says it will not get ready. */
  failedWhen?: RegExp | undefined;
  /** Likewise: a line that says the program has ended, for which SIGTERM was. */
  endedWhen?: RegExp | undefined;
  startTimeoutMs: number;
  /** How long SIGTERM may take on disposal before SIGKILL follows; 10 seconds unless given. */
  stopTimeoutMs?: number;
  onLine?: (line: string) => void;
  /** Told when the child ends that was ready and that nobody here has stopped, or cannot be logged. */
  onLost?: ((error: Error) => void) | undefined;
  /** Gives the start up; of no effect once the child is ready. */
  signal?: AbortSignal | undefined;
}

export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** The match of `readyWhen`, with its groups. */
  readonly ready: RegExpExecArray;
  /** Settles when the child has ended and its output has been read. */
  readonly status: Promise<Deno.CommandStatus>;
  /** The last 200 lines, oldest first. */
  output(): readonly string[];
  /** Sends a signal; nothing happens to a child that is gone. */
  kill(signal: Deno.Signal): void;
}

/** A child that did not get ready: how it ended and what it said last. */
export class ChildStartError extends Error {
  override readonly name = "ChildStartError";

  constructor(
    readonly child: string,
    /** Such as `ended with exit code 1 before it was ready`. */
    readonly ending: string,
    /** The last lines it wrote, oldest first. */
    readonly output: readonly string[],
    options?: ErrorOptions,
  ) {
    const tail = output.slice(-LINES_SHOWN).map((line) => `\n  ${line}`).join("");
    super(`${child} ${ending}${tail === "" ? ", without a word" : `:${tail}`}`, options);
  }
}

/**
 * Starts a program and waits for the line that says it is ready. Disposal ends it (SIGTERM, then
 * SIGKILL); Ctrl-C does not, and it does not outlive this process. Throws a ChildStartError when it
 * ends or when the time is over before it is ready, and the signal's reason when that aborts.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const {
    command,
    logFile,
    readyWhen,
    failedWhen,
    endedWhen,
    startTimeoutMs,
    onLine,
    onLost,
    signal,
    ...rest
  } = options;
  const { name = command, stopTimeoutMs = STOP_TIMEOUT_MS, ...spawnOptions } = rest;
  signal?.throwIfAborted();

  const log = openChildLog(logFile);
  const start = Promise.withResolvers<RegExpExecArray>();
  const fail = (ending: string) => start.reject(new ChildStartError(name, ending, log.lines()));

  const process = spawn(command, name, spawnOptions, log);
  const guard = guardAgainstOrphan(process.pid);
  let [isReady, hasFailed, hasEnded] = [false, false, false];
  let [isStopping, isLost] = [false, false];

  async function read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const line of linesOf(stream)) {
      try {
        log.add(line);
        onLine?.(line);
      } catch (error) {
        giveUp(error);
      }
      const match = readyWhen.exec(line);
      if (match) {
        start.resolve(match);
        [isReady, hasEnded] = [true, false];
      }
      if (!isReady && failedWhen?.test(line)) {
        hasFailed = true;
        kill("SIGKILL");
      }
      if (endedWhen?.test(line)) {
        hasEnded = true;
        if (isStopping) kill("SIGKILL");
      }
    }
  }
  const reading = Promise.all([read(process.stdout), read(process.stderr)]);

  /** Whatever it was that went wrong, before the child was ready or after. */
  function giveUp(reason: unknown): void {
    start.reject(reason);
    if (!isReady || isStopping || isLost || !(reason instanceof Error)) return;
    isLost = true;
    onLost?.(reason);
  }

  async function finish(): Promise<Deno.CommandStatus> {
    const status = await process.status;
    await guard[Symbol.asyncDispose]();
    // No longer: a grandchild may keep the pipes of a dead child open.
    await endWithin(DRAIN_TIMEOUT_MS, reading);
    fail(hasFailed ? "failed" : `ended with ${describe(status)} before it was ready`);
    log[Symbol.dispose]();
    giveUp(
      new DevServiceError(`${name} has ended with ${describe(status)}. Its log is ${logFile}`),
    );
    return status;
  }
  const status = finish();

  function kill(signalName: Deno.Signal): void {
    try {
      process.kill(signalName);
    } catch {
      // It is gone already, which is all that a signal from here could want.
    }
  }

  async function stop(): Promise<void> {
    isStopping = true;
    kill(hasEnded ? "SIGKILL" : "SIGTERM");
    const timer = setTimeout(() => kill("SIGKILL"), stopTimeoutMs);
    await status;
    clearTimeout(timer);
  }

  const timer = setTimeout(() => fail(`was not ready in ${startTimeoutMs} ms`), startTimeoutMs);
  const abort = () => start.reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const ready = await start.promise;
    return {
      pid: process.pid,
      ready,
      status,
      output: log.lines,
      kill,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

function spawn(
  command: string,
  name: string,
  options: Deno.CommandOptions,
  log: Disposable,
): Deno.ChildProcess & { stdout: ReadableStream; stderr: ReadableStream } {
  try {
    return new Deno.Command(command, {
      ...options,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // The terminal's Ctrl-C is for this process, which ends its children in order.
      detached: true,
    }).spawn();
  } catch (cause) {
    log[Symbol.dispose]();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ChildStartError(name, `could not be started (${why})`, [], { cause });
  }
}

function describe(status: Deno.CommandStatus): string {
  return status.signal === null ? `exit code ${status.code}` : status.signal;
}
