import type { AssetStore } from "./ports.ts";
import type { UnfinishedAssets } from "./reconcile_ports.ts";
import type { Round } from "./reconcile_round.ts";

const BATCH = 100;

/**
 * Buries the drafts whose upload has ended long ago, if it ever did: a late `accept` is refused from
 * then on. The sweep of tombstones removes them with their images.
 */
export async function buryDrafts(
  { assets, unfinished }: { assets: AssetStore; unfinished: UnfinishedAssets },
  round: Round,
  afterMs: number,
): Promise<void> {
  const createdBefore = new Date(round.now.getTime() - afterMs);
  let batch;
  do {
    if (!await round.mayGoOn()) return;
    batch = await unfinished.drafts(createdBefore, BATCH);
    for (const { id: assetId } of batch) {
      await round.repair({ assetId }, async (log) => {
        if (await assets.buryDraft(assetId)) log.info({}, "Draft given up");
      });
    }
  } while (batch.length === BATCH);
}
