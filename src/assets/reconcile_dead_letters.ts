import type { Asset } from "./asset.ts";
import type { AssetStore, DeadLetterQueue, Position } from "./ports.ts";
import type { QueueInspector, UnfinishedAssets } from "./reconcile_ports.ts";
import type { Round } from "./reconcile_round.ts";
import { addDeadLetter } from "./settle_failure.ts";
import { traced } from "./trace.ts";

export interface DeadLetterDeps {
  readonly assets: AssetStore;
  readonly deadLetters: DeadLetterQueue;
  readonly unfinished: UnfinishedAssets;
  readonly inspector: QueueInspector;
}

const BATCH = 500;

/** A cheap look that finds all but a letter missing while another one is too many. */
export async function deadLetterCountsMatch(
  { assets, deadLetters }: DeadLetterDeps,
): Promise<boolean> {
  return await assets.countDeadLetters({}) === await deadLetters.count();
}

/**
 * Makes the queue of dead letters what the assets say: adds what it lacks, removes what was
 * replayed, dismissed or deleted. Returns false when it had to stop half-way.
 */
export async function reconcileDeadLetters(deps: DeadLetterDeps, round: Round): Promise<boolean> {
  return await addMissing(deps, round) && await removeSuperfluous(deps, round);
}

async function addMissing(deps: DeadLetterDeps, round: Round): Promise<boolean> {
  let after: Position | undefined;
  do {
    if (!await round.mayGoOn()) return false;
    const batch = await deps.assets.listDeadLetters({ limit: BATCH, after });
    const jobIds = batch.map(({ processingJobId = "" }) => processingJobId);
    const missing = new Set(await deps.inspector.lettersMissing(jobIds));
    for (const asset of batch) {
      const { id: assetId, processingJobId: jobId = "" } = asset;
      if (!missing.has(jobId)) continue;
      await round.repair({ assetId, jobId }, async (log) => {
        await addDeadLetter(deps, asset, jobId);
        traced(log, asset).info({}, "Dead letter was missing: added again");
      });
    }
    after = placeOf(batch.at(BATCH - 1));
  } while (after);
  return true;
}

function placeOf(asset: Asset | undefined): Position | undefined {
  return asset?.settledAt && { at: asset.settledAt, id: asset.id };
}

async function removeSuperfluous(deps: DeadLetterDeps, round: Round): Promise<boolean> {
  const { unfinished, inspector, deadLetters } = deps;
  let start = 0;
  let batch;
  do {
    if (!await round.mayGoOn()) return false;
    batch = await inspector.letters(start, BATCH);
    // A letter comes after its asset has failed, so whoever has one and is not listed is past it.
    const listed = new Set(await unfinished.listedAmong(batch));
    const superfluous = batch.filter((jobId) => !listed.has(jobId));
    for (const jobId of superfluous) {
      await round.repair({ jobId }, async (log) => {
        await deadLetters.remove(jobId);
        log.info({}, "Dead letter was left over: removed");
      });
    }
    start += batch.length - superfluous.length;
  } while (batch.length === BATCH);
  return true;
}
