import type { Asset } from "./asset.ts";
import { assetProcessed } from "./asset_processed.ts";
import type { EventPublisher, Logger } from "./ports.ts";

/** Tells the owner's devices that the asset is settled. The stored asset is right even if this fails. */
export async function announce(
  { events }: { events: EventPublisher },
  asset: Asset,
  logger: Logger,
): Promise<void> {
  try {
    const reached = await events.publish(asset.userId, assetProcessed(asset));
    if (reached === 0) logger.warn({}, "Event sent, but no API process was there to hear it");
  } catch (error) {
    logger.error({ err: error }, "Event not sent");
  }
}
