import type { Asset } from "./asset.ts";
import type { Logger } from "./ports.ts";
import { purgeAsset, type PurgeDeps } from "./purge_asset.ts";
import type { Round } from "./reconcile_round.ts";

const BATCH = 100;
/** An image store that is slow must not hold up the repairs of the next round. */
const SWEEP_MS = 5000;

/**
 * Purges the deleted assets that nobody could purge when their owners deleted them, and the drafts
 * that were given up. Each call of what it returns is one sweep; where its time was up, the next
 * one goes on.
 */
export function createTombstoneSweep(deps: PurgeDeps, afterMs: number, logger: Logger) {
  let after: string | undefined;
  return async (round: Round): Promise<void> => {
    const failures: unknown[] = [];
    await sweep(round, failures);
    if (failures.length === 0) return;
    logger.warn({ err: failures[0], assets: failures.length }, "Deleted assets not purged yet");
  };

  async function sweep(round: Round, failures: unknown[]): Promise<void> {
    const endsAt = performance.now() + SWEEP_MS;
    // Buried at the age `afterMs`. An upload that was under way even then, of a process that was
    // stopped maybe, has ended by now: what it stored is removed too.
    const draftsBefore = new Date(round.now.getTime() - 2 * afterMs);
    let batch: Asset[];
    do {
      if (!await round.mayGoOn()) return;
      batch = await deps.assets.tombstones(BATCH, after);
      for (const asset of batch) {
        if (performance.now() > endsAt) return;
        const isDue = asset.status !== "draft" || asset.createdAt < draftsBefore;
        if (isDue) await purge(asset, failures);
        after = asset.id;
      }
    } while (batch.length === BATCH);
    after = undefined;
  }

  async function purge(asset: Asset, failures: unknown[]): Promise<void> {
    const log = logger.child({ assetId: asset.id, userId: asset.userId });
    try {
      if (!await purgeAsset(deps, asset)) return;
      log.info({}, asset.status === "draft" ? "Draft purged" : "Deleted asset purged");
    } catch (err) {
      log.debug({ err }, "Deleted asset not purged yet");
      failures.push(err);
    }
  }
}
