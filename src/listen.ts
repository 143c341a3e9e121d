import type { IncomingMessage, Server } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { createAdaptorServer } from "@hono/node-server";
import { endWithin } from "./end_within.ts";
import { EXIT } from "./exit_codes.ts";
import { localUrl } from "./local_url.ts";
import { StartError } from "./shutdown.ts";

/** For the sockets' goodbyes and the last bytes of answers. */
const CLOSE_MS = 2000;

/** How long a client may go on sending what is answered already. */
const DRAIN_MS = 5000;

/** How long a client may take over a request's headers, or be silent on a new connection. */
const HEADERS_MS = 10_000;

/**
 * How long a client may take over a whole request. Above what src/http/upload.ts allows, which
 * answers by itself: this cuts the bodies that somebody else reads, or nobody.
 */
const REQUEST_MS = 150_000;

/**
 * How long a connection may lie idle between two requests. Above the 60 s that proxies take for
 * theirs: whoever closes first must not be us, or a request is lost that is just being sent.
 */
const KEEP_ALIVE_MS = 65_000;

/** How often node:http looks for what is overdue; by itself every 30 s. */
const CHECK_MS = 1000;

type Fetch = (request: Request) => Response | Promise<Response>;

export interface HttpServer {
  /** node:http, so that Socket.io can attach. */
  readonly node: Server;
  /** Settles when every request that is under way now has its answer. */
  answered(): Promise<void>;
}

/**
 * An HTTP server for `fetch` that does not listen yet. For `drainMs` milliseconds after an answer it
 * reads what its client still sends.
 */
export function createHttpServer(fetch: Fetch, drainMs = DRAIN_MS): HttpServer {
  const underWay = new Set<Promise<Response>>();
  async function tracked(request: Request): Promise<Response> {
    const response = Promise.resolve(fetch(request));
    underWay.add(response);
    try {
      return await response;
    } finally {
      underWay.delete(response);
    }
  }
  const node = createAdaptorServer({
    fetch: tracked,
    overrideGlobalObjects: false,
    serverOptions: {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: CHECK_MS,
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === "websocket",
    },
    // It would cut a client that still sends 500 ms after the answer.
    autoCleanupIncoming: false,
  }) as Server;
  node.on("request", (request, response) => {
    response.once("finish", () => drain(request, drainMs));
  });
  return {
    node,
    answered: async () => {
      await Promise.allSettled(underWay);
    },
  };
}

/** Reads on, for a while, what still comes of an answered request: so its client sees the answer. */
function drain(request: IncomingMessage, milliseconds: number): void {
  if (request.readableEnded) return;
  const timer = setTimeout(() => request.destroy(), milliseconds);
  for (const end of ["end", "close"]) request.once(end, () => clearTimeout(timer));
  request.resume();
}

/**
 * Listens and returns the address as a URL of this machine; port 0 lets the system choose one.
 * Throws a StartError that says how to mend it.
 */
export function listen(
  { node }: HttpServer,
  { host, port }: { host: string; port: number },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const refuse = (cause: NodeJS.ErrnoException) => {
    const message = cause.code === "EADDRINUSE"
      ? `PORT ${port} on HOST ${host} is in use: stop what listens there or set PORT to a free one`
      : `Cannot listen on HOST ${host}, PORT ${port}: set them to an address of this machine`;
    reject(new StartError(message, EXIT.fault, { cause }));
  };
  node.once("error", refuse);
  node.listen(port, host, () => {
    node.off("error", refuse);
    const address = node.address();
    if (typeof address !== "object" || !address) return reject(new TypeError("No port"));
    resolve(localUrl(host, address.port));
  });
  return promise;
}

/** For connections that the system has taken for us, and we not yet: closing would reset them. */
const LINGER_MS = 250;

/**
 * Closes sockets and server. The requests under way are answered first, for up to `graceMs`; as
 * long as there are any, new ones are accepted too, so that a proxy can see /readyz say we drain.
 */
export async function closeServer(
  { node, answered }: HttpServer,
  sockets: { close(): Promise<void> },
  graceMs: number,
): Promise<void> {
  const deadline = performance.now() + graceMs;
  await pause(Math.min(LINGER_MS, graceMs));
  await endWithin(deadline - performance.now(), answered());
  const closing = sockets.close();
  await endWithin(deadline - performance.now(), answered());
  await endWithin(CLOSE_MS, closing, () => node.closeAllConnections());
}
