import { type Asset, jobIdOf } from "./asset.ts";
import { AssetError } from "./errors.ts";
import { jobDataOf } from "./job_data.ts";
import type { JobQueue, Logger, Position } from "./ports.ts";
import type { JobState, QueueInspector, UnfinishedAssets } from "./reconcile_ports.ts";
import type { Round } from "./reconcile_round.ts";
import { type SettleDeps, settleFailure } from "./settle_failure.ts";
import { traced } from "./trace.ts";

export interface UnfinishedDeps extends SettleDeps {
  readonly queue: JobQueue;
  readonly unfinished: UnfinishedAssets;
  readonly inspector: QueueInspector;
}

const BATCH = 500;
/** So that a long queue, however healthy, does not keep MongoDB and Redis busy. */
const BATCHES_A_ROUND = 20;

/** The round comes again: no need to wait for what is away. */
const NO_PATIENCE = AbortSignal.abort();

/**
 * Compares the assets that did not change for `afterMs` with their jobs, some of them each round: a
 * round goes on where the one before ended.
 */
export function createUnfinishedCheck(deps: UnfinishedDeps, afterMs: number) {
  let after: Position | undefined;
  return async (round: Round): Promise<void> => {
    const changedBefore = new Date(round.now.getTime() - afterMs);
    for (let count = 0; count < BATCHES_A_ROUND && await round.mayGoOn(); count++) {
      const batch = await deps.unfinished.unfinished({ limit: BATCH, after, changedBefore });
      await compare(deps, round, batch);
      after = placeOf(batch.at(BATCH - 1));
      if (!after) return;
    }
  };
}

/**
 * Gives the queue, which lost its data, a job for every asset in processing, in the order of their
 * submission. Returns false when it had to stop half-way.
 */
export async function refillQueue(
  deps: UnfinishedDeps,
  round: Round,
  afterMs: number,
): Promise<boolean> {
  const claimedBefore = round.now.getTime() - afterMs;
  let after: Position | undefined;
  do {
    if (!await round.mayGoOn()) return false;
    const batch = await deps.unfinished.unfinished({ limit: BATCH, after });
    // Its call may be under way: whoever makes it needs no job to save the answer.
    const isInHand = ({ aiCalls, attempts, updatedAt }: Asset) =>
      aiCalls > attempts.length && updatedAt.getTime() > claimedBefore;
    await compare(deps, round, batch.filter((asset) => !isInHand(asset)));
    after = placeOf(batch.at(BATCH - 1));
  } while (after);
  return true;
}

function placeOf(asset: Asset | undefined): Position | undefined {
  return asset && { at: asset.createdAt, id: asset.id };
}

async function compare(deps: UnfinishedDeps, round: Round, batch: readonly Asset[]) {
  if (batch.length === 0) return;
  const jobIds = batch.map(({ id, run }) => jobIdOf(id, run));
  const states = await deps.inspector.states(jobIds);
  for (const [place, asset] of batch.entries()) {
    const found = states[place];
    if (!found || found.state === "live") continue;
    const fields = { assetId: asset.id, jobId: jobIds[place] };
    await round.repair(fields, (log) => mend(deps, asset, found, traced(log, asset)));
  }
}

/** The asset was read before its job, and each change is guarded: a worker's own step always wins. */
async function mend(
  deps: UnfinishedDeps,
  asset: Asset,
  found: Exclude<JobState, { state: "live" }>,
  log: Logger,
): Promise<void> {
  const { queue, unfinished } = deps;
  const job = { id: jobIdOf(asset.id, asset.run), data: jobDataOf(asset) };
  switch (found.state) {
    case "absent":
      await queue.add(job.id, job.data);
      log.info({}, "Job was missing: queued again");
      return;
    case "failed": {
      // Its worker died before it could settle what BullMQ had given up.
      const error = new AssetError("job_stalled", found.reason);
      log.info({}, "Job has failed without its asset: settling it");
      await settleFailure(deps, job, error, NO_PATIENCE, log);
      return;
    }
    case "completed": {
      // What its worker saved is gone: MongoDB was set back. That job's id cannot be used again.
      const renewed = await unfinished.renew(asset);
      if (!renewed) return;
      const jobId = jobIdOf(renewed.id, renewed.run);
      await queue.add(jobId, jobDataOf(renewed));
      log.info({ nextJobId: jobId }, "Job had completed without a result: queued as a new run");
    }
  }
}
