import type { AssetProcessed } from "../../src/assets/asset_processed.ts";
import { connect, newUser, type User } from "../support/client.ts";

/** Sent when all is over: what was sent before it has arrived when it is heard. */
export const LAST_WORD = "Nothing follows.";

/** An event as one device heard it. */
export interface Heard {
  readonly event: AssetProcessed;
  readonly at: number;
}

export interface LoadDevice {
  /** In its order, without the last word. */
  readonly heard: readonly Heard[];
  readonly hasLastWord: boolean;
}

/** A user with one device on each API process. */
export interface Listener extends Disposable {
  readonly user: User;
  readonly devices: readonly LoadDevice[];
}

/** A new user whose devices are connected. */
export async function newListener(apiUrls: readonly string[]): Promise<Listener> {
  using resources = new DisposableStack();
  const user = await newUser();
  const devices: LoadDevice[] = [];
  for (const apiUrl of apiUrls) {
    const { socket } = resources.use(await connect(apiUrl, { token: user.token }));
    const device = { heard: [] as Heard[], hasLastWord: false };
    socket.on("asset_processed", (event: AssetProcessed) => {
      if ("error" in event && event.error === LAST_WORD) device.hasLastWord = true;
      else device.heard.push({ event, at: Date.now() });
    });
    devices.push(device);
  }
  const connected = resources.move();
  return { user, devices, [Symbol.dispose]: () => connected.dispose() };
}
