import type { AssetProcessed } from "../../src/assets/asset_processed.ts";

/** What an event says, in a few words. */
export function outcomeOf(event: AssetProcessed): string {
  if (event.status === "failed") return `failed: ${event.error}`;
  const { value, confidence } = event.aiMetadata.colorway;
  return `active: ${value} (${Math.round(confidence * 100)} %)`;
}
