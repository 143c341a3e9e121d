import type { AiCircuit } from "./ai_outage.ts";
import { announce } from "./announce.ts";
import { analyse, type AnalyseDeps } from "./analyse.ts";
import { asAssetError, AssetError } from "./errors.ts";
import { judgeAttempt, type JudgedAttempt, type JudgeDeps, type Verdict } from "./judge_attempt.ts";
import { patiently } from "./patiently.ts";
import type { Logger, QueuedJob } from "./ports.ts";
import { queueDeadLetter } from "./settle_failure.ts";
import { traced } from "./trace.ts";

export interface ProcessDeps extends JudgeDeps, AnalyseDeps {
  readonly circuit: AiCircuit;
}

export interface Attempt {
  /** No other follows if this one fails. */
  readonly isLast: boolean;
  /** So often the AI service may be called in one run, whatever dies meanwhile. */
  readonly maxCalls: number;
  /** Aborts when a worker that ends can wait no longer: the job is then for another one. */
  readonly graceOver: AbortSignal;
  /** Aborts when the queue takes this worker for dead: it gives the job to another one. */
  readonly lockLost: AbortSignal;
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
  const { assets, circuit } = deps;
  const { assetId } = job.data;
  const { maxCalls, graceOver } = attempt;
  const stamp = crypto.randomUUID();
  const heldSince = circuit.isClosed() ? undefined : new Date();
  let { isLast } = attempt;
  let log = logger;
  const call = async () => {
    const claim = () => assets.claimCall(assetId, job.id, stamp, maxCalls);
    const claimed = await patiently(claim, graceOver);
    if (!claimed) return undefined;
    isLast ||= claimed.aiCalls >= maxCalls;
    log = traced(logger, claimed);
    log[heldSince ? "debug" : "info"]({}, "Attempt started");
    return await analyse(deps, claimed, job, { ...attempt, stamp });
  };
  try {
    const analysis = await circuit.call(assetId, call);
    const asset = analysis &&
      await patiently(() => assets.activate(assetId, job.id, analysis, stamp), graceOver);
    if (!asset) return await endWithoutResult(deps, job, { ...attempt, stamp, heldSince }, log);
    log.info({ durationMs: durationMs() }, "Asset active");
    await announce(deps, asset, log);
    return { next: "complete" };
  } catch (caught) {
    const error = asAssetError(caught);
    // The circuit breaker tells of an outage, once.
    const isKnown = error.code === "circuit_open" || (error.code === "ai_outage" && heldSince);
    const level = isKnown ? "debug" : "warn";
    log[level]({ code: error.code, err: error, durationMs: durationMs() }, "Attempt failed");
    return await judgeAttempt(deps, job, error, { isLast, graceOver, stamp, heldSince }, log);
  }
}

/** The run may not call once more, is over, or nobody wants its result any longer (T051). */
async function endWithoutResult(
  deps: ProcessDeps,
  job: QueuedJob,
  attempt: JudgedAttempt,
  logger: Logger,
): Promise<Verdict> {
  const asset = await deps.assets.find(job.data.assetId);
  if (asset?.status === "processing" && asset.processingJobId === job.id) {
    const error = new AssetError(
      "job_stalled",
      "All its calls were begun, and no worker came to an end",
    );
    return await judgeAttempt(deps, job, error, { ...attempt, isLast: true }, logger);
  }
  // Whoever settled it may have ended before that.
  if (asset) await queueDeadLetter(deps, asset, job, traced(logger, asset));
  logger.warn(
    {},
    asset
      ? "Job dropped: its run is over"
      : "Job dropped: there is no such asset in this database (any more)",
  );
  return { next: asset ? "complete" : "forget" };
}
