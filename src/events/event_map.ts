import type { AssetProcessed } from "../assets/asset_processed.ts";

/** What the server sends to a socket, by event name. */
export interface ServerEvents {
  asset_processed: (event: AssetProcessed) => void;
}

/** All connections of one user are in this room (FR-022). */
export function userRoom(userId: string): string {
  return `user:${userId}`;
}
