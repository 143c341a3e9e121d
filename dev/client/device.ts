import { io, type Socket } from "socket.io-client";
import type { AssetProcessed } from "../../src/assets/asset_processed.ts";

/**
 * Connects as a device of the token's user, which hears its events until it is disposed of, and comes
 * back by itself when the API does. Rejects when it is refused.
 */
export async function connectDevice(
  apiUrl: string,
  token: string,
  onEvent: (event: AssetProcessed) => void,
): Promise<Disposable> {
  const socket: Socket<{ asset_processed(event: AssetProcessed): void }> = io(apiUrl, {
    auth: { token },
    forceNew: true,
    // An API that is restarted is back in a second.
    reconnectionDelay: 100,
    reconnectionDelayMax: 500,
  });
  socket.on("asset_processed", onEvent);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  return { [Symbol.dispose]: () => socket.close() };
}
