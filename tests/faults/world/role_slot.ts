import { join } from "node:path";
import type { Child } from "../../../dev/services/child_process.ts";
import { type RoleName, startRole } from "../../../dev/stack/start_role.ts";
import type { TcpProxy } from "../../support/tcp_proxy.ts";
import { complaintIn, type LogLine, parseLine } from "./role_log.ts";
import { peakMemory } from "./memory.ts";

/** The proxies between one process and what it depends on. */
export interface Links {
  readonly redis: TcpProxy;
  readonly mongo: TcpProxy;
  readonly ai: TcpProxy;
  readonly store: TcpProxy;
}

/** One process that ran, for the checker. */
export interface ProcessRecord {
  readonly name: string;
  readonly startedAt: number;
  readyAt?: number;
  endAskedAt?: number;
  endedAt?: number;
  /** What we did to it; one that ends otherwise has died. */
  ending?: "killed" | "terminated";
  exitCode?: number;
  /** Lines of its log that no process may write. */
  readonly complaints: string[];
  peakMemoryBytes: number;
}

/** A place for an API or a worker: its address and its links stay, its processes come and go. */
export interface RoleSlot extends AsyncDisposable {
  readonly name: string;
  readonly role: RoleName;
  /** Of an API. */
  readonly url: string;
  readonly links: Links;
  /** What the process of now has logged, and those before it. */
  readonly lines: readonly LogLine[];
  readonly records: readonly ProcessRecord[];
  readonly pid: number;
  readonly isRunning: boolean;
  start(env?: Readonly<Record<string, string>>): Promise<void>;
  /** Puts the most memory that the process of now has had on its record. */
  noteMemory(): Promise<void>;
  /** kill -9 */
  kill(): Promise<void>;
  /** SIGTERM, and waits for the end. */
  terminate(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

export interface SlotOptions {
  readonly name: string;
  readonly role: RoleName;
  readonly url: string;
  readonly links: Links;
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
}

/** An empty slot; `start` fills it. */
export function createSlot(options: SlotOptions): RoleSlot {
  const { name, role, url, links, folder } = options;
  const lines: LogLine[] = [];
  const records: ProcessRecord[] = [];
  let child: Child | undefined;
  let record: ProcessRecord | undefined;

  async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const mine: ProcessRecord = {
      name: `${name} #${records.length + 1}`,
      startedAt: Date.now(),
      complaints: [],
      peakMemoryBytes: 0,
    };
    records.push(mine);
    record = mine;
    const started = await startRole(role, {
      env: { ...options.env, ...env },
      cwd: folder,
      logFile: join(folder, `${name}-${records.length}.log`),
      onLine(text) {
        const complaint = complaintIn(text);
        // kill -9 may cut the last line.
        if (complaint && mine.ending !== "killed") mine.complaints.push(complaint);
        lines.push(parseLine(text));
      },
    });
    child = started;
    mine.readyAt = Date.now();
    void started.status.then(({ code }) => {
      mine.endedAt = Date.now();
      mine.exitCode = code;
    });
  }

  async function noteMemory(): Promise<void> {
    if (!child || !record || record.endedAt) return;
    const mine = record;
    mine.peakMemoryBytes = Math.max(mine.peakMemoryBytes, await peakMemory(child.pid));
  }

  async function end(ending: "killed" | "terminated", signal: Deno.Signal): Promise<void> {
    if (!child || !record || record.endedAt) return;
    const mine = record;
    await noteMemory();
    mine.ending = ending;
    mine.endAskedAt = Date.now();
    child.kill(signal);
    await child.status;
    // What it had sent is not to arrive after its death.
    if (ending === "killed") { for (const link of Object.values(links)) link.drop(); }
  }

  return {
    ...{ name, role, url, links, lines, records, start, noteMemory },
    get pid() {
      return child?.pid ?? 0;
    },
    get isRunning() {
      return record !== undefined && record.endedAt === undefined;
    },
    kill: () => end("killed", "SIGKILL"),
    terminate: () => end("terminated", "SIGTERM"),
    freeze: () => child?.kill("SIGSTOP"),
    thaw: () => child?.kill("SIGCONT"),
    async [Symbol.asyncDispose]() {
      await end("killed", "SIGKILL");
      await child?.[Symbol.asyncDispose]();
    },
  };
}
