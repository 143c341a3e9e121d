import { type Asset, jobIdOf } from "../../src/assets/asset.ts";
import type { Position } from "../../src/assets/ports.ts";
import { createReconciler, type ReconcileDeps } from "../../src/assets/reconcile_assets.ts";
import type { JobState } from "../../src/assets/reconcile_ports.ts";
import { type MemoryPorts, memoryPorts } from "./memory_ports.ts";
import { type LogLine, recordLogs } from "./recorded_logs.ts";

export const AFTER_MS = 60_000;

export interface MemoryReconciler extends MemoryPorts {
  round(): Promise<void>;
  /** What became of jobs that do not just wait. */
  readonly ended: Map<string, JobState>;
  readonly lines: LogLine[];
  readonly closing: AbortController;
  /** Whether the queues have their data, as their mark says. */
  mark: "none" | "filling" | "intact";
  /** How often the lease may still be taken; it is another one's from then on. */
  takes: number;
}

/** The reconciler on ports in memory, whose queue is intact. */
export function memoryReconciler(): MemoryReconciler {
  const ports = memoryPorts();
  const { stored, jobs, letters, calls, faults } = ports;
  const { logger, lines } = recordLogs();
  const closing = new AbortController();
  const ended = new Map<string, JobState>();

  function port<A extends unknown[], R>(name: string, work: (...args: A) => R) {
    return async (...args: A): Promise<R> => {
      calls.push(name);
      const fault = faults[name];
      return await (fault ? fault(...args) as R : work(...args));
    };
  }

  const isListed = ({ deadLetter }: Asset) => deadLetter?.state === "listed";
  const inOrder = (assets: Iterable<Asset>) =>
    [...assets].sort((a, b) => placeOf(a.createdAt, a.id) < placeOf(b.createdAt, b.id) ? -1 : 1);

  const deps: ReconcileDeps = {
    ...ports,
    unfinished: {
      unfinished: port("unfinished", ({ limit, after, changedBefore }: {
        limit: number;
        after?: Position | undefined;
        changedBefore?: Date | undefined;
      }) =>
        inOrder(stored.values()).filter((asset) =>
          asset.status === "processing" &&
          (!changedBefore || asset.updatedAt < changedBefore) &&
          (!after || placeOf(asset.createdAt, asset.id) > placeOf(after.at, after.id))
        ).slice(0, limit)),
      renew: port("renew", ({ id, run }: Asset) => {
        const asset = stored.get(id);
        if (asset?.status !== "processing" || asset.run !== run) return null;
        const next = { run: run + 1, processingJobId: jobIdOf(id, run + 1), aiCalls: 0 };
        const renewed = { ...asset, ...next, attempts: [] };
        stored.set(id, renewed);
        return renewed;
      }),
      drafts: port(
        "drafts",
        (createdBefore: Date, limit: number) =>
          [...stored.values()].filter(({ status, createdAt }) =>
            status === "draft" && createdAt < createdBefore
          ).slice(0, limit),
      ),
      listedAmong: port(
        "listedAmong",
        (jobIds: readonly string[]) =>
          [...stored.values()].filter(isListed)
            .flatMap(({ processingJobId = [] }) => processingJobId)
            .filter((jobId) => jobIds.includes(jobId)),
      ),
    },
    inspector: {
      states: port(
        "states",
        (jobIds: readonly string[]) =>
          jobIds.map((jobId): JobState =>
            ended.get(jobId) ?? { state: jobs.has(jobId) ? "live" : "absent" }
          ),
      ),
      lettersMissing: port(
        "lettersMissing",
        (jobIds: readonly string[]) => jobIds.filter((jobId) => !letters.has(jobId)),
      ),
      letters: port(
        "letters",
        (start: number, limit: number) => [...letters.keys()].slice(start, start + limit),
      ),
      isIntact: port("isIntact", () => reconciler.mark === "intact"),
      startRefill: port("startRefill", () => void (reconciler.mark = "filling")),
      finishRefill: port("finishRefill", () => {
        if (reconciler.mark === "filling") reconciler.mark = "intact";
      }),
    },
    lease: {
      take: port("take", () => reconciler.takes-- > 0 ? new Date() : null),
      release: port("release", () => {}),
    },
  };

  const options = { afterMs: AFTER_MS, closing: closing.signal, logger };
  const reconciler: MemoryReconciler = {
    ...ports,
    ...{ ended, lines, closing, mark: "intact", takes: Infinity },
    round: createReconciler(deps, options),
  };
  return reconciler;
}

function placeOf(at: Date, id: string): string {
  return `${at.toISOString()} ${id}`;
}

/** Times of what happened so long ago, in milliseconds. */
export function ago(milliseconds: number) {
  const at = new Date(Date.now() - milliseconds);
  return { createdAt: at, updatedAt: at };
}

/** Of what is old enough to be looked after. */
export const OLD = () => ago(AFTER_MS + 1000);
