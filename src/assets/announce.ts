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
    await events.publish(asset.userId, assetProcessed(asset));
  } catch (error) {
    logger.error({ err: error }, "Event not sent");
  }
}
