import { io, type Socket } from "socket.io-client";
import type { AssetProcessed } from "../../src/assets/asset_processed.ts";
import { assertAnswer, assertEvent } from "./contract.ts";
import { photo } from "./photos.ts";
import { newUserId, tokenOf } from "./tokens.ts";
import { until } from "./until.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- a test asserts on the shape, so it must be free to look
  readonly body: any;
}

/** A user of the API with a token of their own. */
export interface User {
  readonly userId: string;
  readonly token: string;
  submit(apiUrl: string, fields?: Fields, headers?: Record<string, string>): Promise<Answer>;
  get(apiUrl: string, path: string): Promise<Answer>;
  post(apiUrl: string, path: string, headers?: Record<string, string>): Promise<Answer>;
  del(apiUrl: string, path: string): Promise<Answer>;
}

export type Fields = readonly (readonly [name: string, value: string | File])[];

export async function newUser(claims: Record<string, unknown> = {}): Promise<User> {
  const userId = newUserId();
  const token = await tokenOf(userId, { claims });
  const headers = { Authorization: `Bearer ${token}` };
  return {
    userId,
    token,
    submit: async (apiUrl, fields, extraHeaders) =>
      send(`${apiUrl}/api/assets/analyze-queue`, {
        method: "POST",
        headers: { ...headers, ...extraHeaders },
        body: form(fields ?? [["category", "camera"], ["image", await photo("camera.png")]]),
      }),
    get: (apiUrl, path) => send(apiUrl + path, { headers }),
    post: (apiUrl, path, extraHeaders) =>
      send(apiUrl + path, { method: "POST", headers: { ...headers, ...extraHeaders } }),
    del: (apiUrl, path) => send(apiUrl + path, { method: "DELETE", headers }),
  };
}

/** Sends a request and reads its answer as JSON, which has to be as the contract says. */
export async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  const { status, headers } = response;
  const body = JSON.parse(await response.text() || "null");
  assertAnswer({ method: init.method ?? "GET", url, status, headers, body });
  return { status, headers, body };
}

export function form(fields: Fields): FormData {
  const data = new FormData();
  for (const [name, value] of fields) data.append(name, value);
  return data;
}

/** One connected device and all it has heard; disposing it holds that to the contract. */
export interface Device extends Disposable {
  readonly socket: Socket;
  readonly events: readonly AssetProcessed[];
  /** Waits for the asset's event; when `status` is given, for the one with that status. */
  eventOf(assetId: string, status?: AssetProcessed["status"]): Promise<AssetProcessed>;
}

/** Connects; rejects with the handshake's error when it is refused. */
export async function connect(
  apiUrl: string,
  auth: Record<string, unknown>,
  transports = ["websocket"],
): Promise<Device> {
  const socket = io(apiUrl, { auth, transports, forceNew: true, reconnection: false });
  const events: AssetProcessed[] = [];
  socket.on("asset_processed", (event: AssetProcessed) => events.push(event));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("connect_error", reject);
    });
  } catch (error) {
    socket.close();
    throw error;
  }
  return {
    socket,
    events,
    eventOf: (assetId, status) =>
      until(
        `the event of ${assetId}`,
        () =>
          events.find((event) =>
            event.assetId === assetId && event.status === (status ?? event.status)
          ),
      ),
    [Symbol.dispose]() {
      socket.close();
      for (const event of events) assertEvent(event);
    },
  };
}
