import { join } from "node:path";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { DATA_FOLDER, dataFolderError } from "../project.ts";
import { writePrivately } from "./write_privately.ts";

/** Where `deno task dev` keeps its data, from one run to the next. */
export const STACK_FOLDER = join(DATA_FOLDER, "dev");

const POLL_MS = 100;

/** What there is to know of a stack that runs. */
export interface RunningStack {
  readonly pid: number;
  readonly apiUrl: string;
  readonly aiUrl: string;
  readonly redisUrl: string;
  readonly mongodbUri: string;
  readonly jwtSecret: string;
}

/** The one process that may run the stack of this folder, until it is disposed of. */
export interface StackClaim extends Disposable {
  /** Lets the others know; they may have been waiting for it. */
  publish(stack: RunningStack): void;
}

/**
 * Claims the folder, or finds the stack that runs there already. While another process is just
 * bringing it up, `onWait` is told and its outcome awaited.
 */
export async function claimStack(
  { folder = STACK_FOLDER, onWait, signal }: {
    folder?: string;
    onWait: () => void;
    signal: AbortSignal;
  },
): Promise<StackClaim | RunningStack> {
  let isToldToWait = false;
  for (;;) {
    const claim = tryToClaim(folder);
    if (claim) return claim;
    const running = readRecord(folder);
    if (running) return running;
    if (!isToldToWait) onWait();
    isToldToWait = true;
    await pause(POLL_MS, undefined, { signal });
  }
}

/** The stack that runs in this folder and is ready, if there is one. */
export function findRunningStack(folder = STACK_FOLDER): RunningStack | undefined {
  let lock: Deno.FsFile;
  try {
    lock = Deno.openSync(lockOf(folder), { read: true });
  } catch {
    return undefined;
  }
  try {
    // Shared, so that it is only in the way of a claim, for the moment.
    return lock.tryLockSync(false) ? undefined : readRecord(folder);
  } finally {
    lock.close();
  }
}

function tryToClaim(folder: string): StackClaim | undefined {
  const lock = openLock(folder);
  if (!lock.tryLockSync(true)) {
    lock.close();
    return undefined;
  }
  // Left by a process that died.
  removeRecord(folder);
  return {
    publish: (stack) => writePrivately(recordOf(folder), JSON.stringify(stack, null, 2)),
    [Symbol.dispose]() {
      removeRecord(folder);
      lock.close();
    },
  };
}

/** The system frees the lock of a process that ends, however it ends. */
function openLock(folder: string): Deno.FsFile {
  try {
    Deno.mkdirSync(folder, { recursive: true });
    return Deno.openSync(lockOf(folder), { create: true, write: true });
  } catch (error) {
    throw dataFolderError(error);
  }
}

/** The record of a process that lives: one that died has left its own to be removed. */
function readRecord(folder: string): RunningStack | undefined {
  try {
    const stack: RunningStack = JSON.parse(Deno.readTextFileSync(recordOf(folder)));
    return isRunning(stack.pid) ? stack : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is somebody else's, so there is one.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function removeRecord(folder: string): void {
  try {
    Deno.removeSync(recordOf(folder));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

const lockOf = (folder: string) => join(folder, "in_use.lock");
const recordOf = (folder: string) => join(folder, "stack.json");
