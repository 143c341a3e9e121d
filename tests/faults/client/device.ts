import { io } from "socket.io-client";
import type { AssetProcessed } from "../../../src/assets/asset_processed.ts";

/** An event as a device heard it. */
export interface Heard {
  readonly assetId: string;
  readonly status: string;
  readonly timestamp: string;
  readonly at: number;
  /** Counts the device's connections from 1. */
  readonly connection: number;
}

/** What a device has lived through, for the checker. */
export interface DeviceRecord {
  readonly name: string;
  readonly userId: string;
  readonly firstConnectedAt: number;
  readonly heard: readonly Heard[];
}

export interface Device extends DeviceRecord, Disposable {
  /** Goes away, as in a tunnel; `connect` comes back and asks for what it missed. */
  disconnect(): void;
  connect(apiUrl?: string): Promise<void>;
}

/**
 * Connects a device as the contract has its clients: it comes back by itself and tells by `auth.since`
 * up to where it has heard.
 */
export async function connectDevice(
  name: string,
  apiUrl: string,
  user: { readonly userId: string; readonly token: string },
): Promise<Device> {
  const heard: Heard[] = [];
  let connection = 0;
  let firstConnectedAt = 0;

  const since = () => heard.at(-1)?.timestamp ?? new Date(firstConnectedAt).toISOString();

  function open(url: string) {
    const socket = io(url, {
      auth: (tell) => tell({ token: user.token, ...(connection > 0 && { since: since() }) }),
      transports: ["websocket"],
      forceNew: true,
      reconnectionDelay: 100,
      reconnectionDelayMax: 300,
      timeout: 5000,
    });
    let mine = 0;
    socket.on("connect", () => {
      mine = ++connection;
      firstConnectedAt ||= Date.now();
    });
    socket.on("asset_processed", ({ assetId, status, timestamp }: AssetProcessed) => {
      heard.push({ assetId, status, timestamp, at: Date.now(), connection: mine });
    });
    return socket;
  }

  async function connected(): Promise<void> {
    if (socket.connected) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.once("connect", resolve);
    await promise;
  }

  let socket = open(apiUrl);
  await connected();
  return {
    ...{ name, heard, userId: user.userId },
    get firstConnectedAt() {
      return firstConnectedAt;
    },
    disconnect: () => void socket.disconnect(),
    async connect(url) {
      if (url) {
        socket.close();
        socket = open(url);
      } else {
        socket.connect();
      }
      await connected();
    },
    [Symbol.dispose]: () => void socket.close(),
  };
}
