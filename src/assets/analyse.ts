import { heldMs, type OutageLog } from "./ai_outage.ts";
import type { Analysis, Asset } from "./asset.ts";
import { AssetError } from "./errors.ts";
import { patiently } from "./patiently.ts";
import type { AiService, AssetStore, QueuedJob } from "./ports.ts";

/** From a run's first AI call; past it the run is failed, whatever its attempts (contract). */
const RUN_MS = 15 * 60_000;

export interface AnalyseDeps {
  readonly assets: AssetStore;
  readonly ai: AiService;
  readonly outages: OutageLog;
  /** For one attempt, in milliseconds. */
  readonly attemptMs: number;
}

export interface ClaimedCall {
  /** By which the call was counted. */
  readonly stamp: string;
  readonly graceOver: AbortSignal;
  readonly lockLost: AbortSignal;
}

/**
 * One call to the AI service, cut short when its time, its run's time or the worker's is up, or
 * when the job goes to another worker. Throws `ai_*` errors, `deadline_exceeded`, `interrupted` or
 * `lock_lost`.
 */
export async function analyse(
  { assets, ai, outages, attemptMs }: AnalyseDeps,
  { id, aiCalls, firstCallAt = new Date() }: Asset,
  job: QueuedJob,
  { stamp, graceOver, lockLost }: ClaimedCall,
): Promise<Analysis> {
  let leftMs = firstCallAt.getTime() + RUN_MS - Date.now();
  if (leftMs < attemptMs) {
    const held = await patiently(() => outages.since(firstCallAt), graceOver);
    leftMs += heldMs(held, firstCallAt, new Date());
  }
  const overdue = () =>
    new AssetError("deadline_exceeded", `The run took longer than ${RUN_MS} ms`);
  if (leftMs <= 0) {
    await patiently(() => assets.releaseCall(id, job.id, stamp), graceOver);
    throw overdue();
  }
  const timeUp = AbortSignal.timeout(Math.min(attemptMs, leftMs));
  const signal = AbortSignal.any([graceOver, timeUp, lockLost]);
  const { imageUrl, category } = job.data;
  const idempotencyKey = `${job.id}-${aiCalls}`;
  try {
    const call = ai.analyze({ imageUrl, category, idempotencyKey }, signal);
    return await Promise.race([call, rejectionOf(signal)]);
  } catch (cause) {
    if (graceOver.aborted) throw new AssetError("interrupted", "The worker has to end", { cause });
    if (lockLost.aborted) {
      throw new AssetError("lock_lost", "The job goes to another worker", { cause });
    }
    if (!timeUp.aborted) throw cause;
    if (leftMs < attemptMs) throw overdue();
    throw new AssetError("ai_timeout", `The attempt took longer than ${attemptMs} ms`, {
      cause,
      service: "away",
    });
  }
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return promise;
}
