import type { AssetProcessed } from "../../src/assets/asset_processed.ts";
import { connectDevice } from "../client/device.ts";

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
  const device = await connectDevice(apiUrl, token, (event) => slot(event.assetId).resolve(event));
  return {
    eventOf(assetId) {
      const { promise, reject } = slot(assetId);
      const late = () => reject(new Error(`No event of ${assetId} in ${EVENT_TIMEOUT_MS} ms`));
      const timer = setTimeout(late, EVENT_TIMEOUT_MS);
      return promise.finally(() => clearTimeout(timer));
    },
    [Symbol.dispose]: () => device[Symbol.dispose](),
  };
}
