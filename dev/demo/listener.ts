import { io, type Socket } from "socket.io-client";
import type { AssetProcessed } from "../../src/assets/asset_processed.ts";

const EVENT_TIMEOUT_MS = 60_000;

export interface Listener extends Disposable {
  /** The event of that asset; it may have come already. */
  eventOf(assetId: string): Promise<AssetProcessed>;
}

/** Connects as a device of the token's user and collects what it hears. Rejects when refused. */
export async function listenFor(apiUrl: string, token: string): Promise<Listener> {
  const heard = new Map<string, PromiseWithResolvers<AssetProcessed>>();
  const slot = (assetId: string) => {
    const known = heard.get(assetId) ?? Promise.withResolvers<AssetProcessed>();
    heard.set(assetId, known);
    return known;
  };
  const socket: Socket<{ asset_processed(event: AssetProcessed): void }> = io(apiUrl, {
    auth: { token },
    forceNew: true,
  });
  socket.on("asset_processed", (event) => slot(event.assetId).resolve(event));
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  return {
    eventOf(assetId) {
      const { promise, reject } = slot(assetId);
      const late = () => reject(new Error(`No event of ${assetId} in ${EVENT_TIMEOUT_MS} ms`));
      const timer = setTimeout(late, EVENT_TIMEOUT_MS);
      return promise.finally(() => clearTimeout(timer));
    },
    [Symbol.dispose]: () => socket.close(),
  };
}
