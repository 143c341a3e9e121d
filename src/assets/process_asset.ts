import { announce } from "./announce.ts";
import type { AiService, AssetStore, EventPublisher, JobData, Logger } from "./ports.ts";

export interface ProcessDeps {
  readonly assets: AssetStore;
  readonly ai: AiService;
  readonly events: EventPublisher;
}

/**
 * Claim -> AI -> save -> event (FR-012..FR-014, FR-019). Ends quietly when the asset was deleted
 * or settled meanwhile; throws the `ai_*` error of a call that failed.
 */
export async function processAsset(
  deps: ProcessDeps,
  job: { id: string; data: JobData },
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  const { assets, ai } = deps;
  const claimed = await assets.claimCall(job.data.assetId, job.id);
  if (!claimed) return logger.warn({}, "Nothing to process: the asset is gone or settled");

  const startedAt = performance.now();
  const analysis = await ai.analyze({
    imageUrl: job.data.imageUrl,
    category: job.data.category,
    idempotencyKey: `${job.id}-${claimed.aiCalls}`,
  }, signal);
  signal.throwIfAborted();

  const asset = await assets.activate(claimed.id, job.id, analysis);
  if (!asset) return logger.warn({}, "Result dropped: the asset was deleted or settled meanwhile");
  const durationMs = Math.round(performance.now() - startedAt);
  logger.info({ requestId: asset.requestId, durationMs }, "Asset active");
  await announce(deps, asset, logger);
}
