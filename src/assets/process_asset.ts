import { announce } from "./announce.ts";
import type { Analysis, Asset } from "./asset.ts";
import { asAssetError, AssetError } from "./errors.ts";
import { judgeAttempt, type Verdict } from "./judge_attempt.ts";
import { patiently } from "./patiently.ts";
import type { AiService, Logger, QueuedJob } from "./ports.ts";
import { queueDeadLetter, type SettleDeps } from "./settle_failure.ts";
import { traced } from "./trace.ts";

/** From a run's first AI call; past it the run is failed, whatever its attempts (contract). */
const RUN_MS = 15 * 60_000;

export interface ProcessDeps extends SettleDeps {
  readonly ai: AiService;
  /** For one attempt, in milliseconds. */
  readonly attemptMs: number;
}

export interface Attempt {
  /** No other follows if this one fails. */
  readonly isLast: boolean;
  /** Aborts when a worker that ends can wait no longer: the job is then for another one. */
  readonly graceOver: AbortSignal;
}

/**
 * One attempt of a job: claim -> AI -> save -> event (FR-012..FR-014, FR-019). It never throws for a
 * call that failed: its verdict says what becomes of the job.
 */
export async function processAsset(
  deps: ProcessDeps,
  job: QueuedJob,
  attempt: Attempt,
  logger: Logger,
): Promise<Verdict> {
  const startedAt = performance.now();
  const durationMs = () => Math.round(performance.now() - startedAt);
  const { assets } = deps;
  const { graceOver } = attempt;
  const stamp = crypto.randomUUID();
  let log = logger;
  try {
    const { assetId } = job.data;
    const claimed = await patiently(() => assets.claimCall(assetId, job.id, stamp), graceOver);
    if (!claimed) return await dropJob(deps, job, log);
    log = traced(logger, claimed);
    log.info({}, "Attempt started");

    const analysis = await analyse(deps, claimed, job, { graceOver, stamp });
    const save = () => assets.activate(assetId, job.id, analysis, stamp);
    const asset = await patiently(save, graceOver);
    if (!asset) return await dropJob(deps, job, log);
    log.info({ durationMs: durationMs() }, "Asset active");
    await announce(deps, asset, log);
    return { next: "complete" };
  } catch (caught) {
    const error = asAssetError(caught);
    log.warn({ code: error.code, err: error, durationMs: durationMs() }, "Attempt failed");
    return await judgeAttempt(deps, job, error, { ...attempt, stamp }, log);
  }
}

/** There is nothing to do for this job, or nobody who wants its result (T051). */
async function dropJob(deps: ProcessDeps, job: QueuedJob, logger: Logger): Promise<Verdict> {
  const asset = await deps.assets.find(job.data.assetId);
  // Whoever settled it may have ended before that.
  if (asset) await queueDeadLetter(deps, asset, job, traced(logger, asset));
  logger.warn({}, asset ? "Job dropped: its run is over" : "Job dropped: its asset was deleted");
  return { next: asset ? "complete" : "forget" };
}

async function analyse(
  { assets, ai, attemptMs }: ProcessDeps,
  { id, aiCalls, firstCallAt = new Date() }: Asset,
  job: QueuedJob,
  { graceOver, stamp }: { graceOver: AbortSignal; stamp: string },
): Promise<Analysis> {
  const leftMs = firstCallAt.getTime() + RUN_MS - Date.now();
  const overdue = () =>
    new AssetError("deadline_exceeded", `The run took longer than ${RUN_MS} ms`);
  if (leftMs <= 0) {
    await patiently(() => assets.releaseCall(id, job.id, stamp), graceOver);
    throw overdue();
  }
  const timeUp = AbortSignal.timeout(Math.min(attemptMs, leftMs));
  const signal = AbortSignal.any([graceOver, timeUp]);
  const { imageUrl, category } = job.data;
  const idempotencyKey = `${job.id}-${aiCalls}`;
  try {
    const call = ai.analyze({ imageUrl, category, idempotencyKey }, signal);
    return await Promise.race([call, rejectionOf(signal)]);
  } catch (cause) {
    if (graceOver.aborted) throw new AssetError("interrupted", "The worker has to end", { cause });
    if (!timeUp.aborted) throw cause;
    if (leftMs < attemptMs) throw overdue();
    throw new AssetError("ai_timeout", `The attempt took longer than ${attemptMs} ms`, { cause });
  }
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return promise;
}
