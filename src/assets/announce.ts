import type { Asset } from "./asset.ts";
import type { EventPublisher, Logger } from "./ports.ts";

/** Has the owner's devices told that the asset is settled; if this fails, they hear it a little later. */
export async function announce(
  { events }: { events: EventPublisher },
  { userId }: Asset,
  logger: Logger,
): Promise<void> {
  try {
    await events.settled(userId);
  } catch (err) {
    logger.warn({ err }, "API processes not told of an event: they find it within seconds");
  }
}
