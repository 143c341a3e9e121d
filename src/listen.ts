import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import pTimeout from "p-timeout";
import { EXIT, StartError } from "./shutdown.ts";

type Fetch = (request: Request) => Response | Promise<Response>;

/** An HTTP server for `fetch` that does not listen yet; node:http, so that Socket.io can attach. */
export function createHttpServer(fetch: Fetch): Server {
  return createAdaptorServer({ fetch, overrideGlobalObjects: false }) as Server;
}

/**
 * Listens and returns the address as a URL of this machine; port 0 lets the system choose one.
 * Throws a StartError that says how to mend it.
 */
export function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const refuse = (cause: NodeJS.ErrnoException) => {
    const message = cause.code === "EADDRINUSE"
      ? `PORT ${port} on HOST ${host} is in use: stop what listens there or set PORT to a free one`
      : `Cannot listen on HOST ${host}, PORT ${port}: set them to an address of this machine`;
    reject(new StartError(message, EXIT.fault, { cause }));
  };
  server.once("error", refuse);
  server.listen(port, host, () => {
    server.off("error", refuse);
    const address = server.address();
    if (typeof address !== "object" || !address) return reject(new TypeError("No port"));
    resolve(`http://${reachable(host)}:${address.port}`);
  });
  return promise;
}

/** Closes sockets and server; requests under way are waited for up to `graceMs`, then cut. */
export async function closeServer(
  server: Server,
  sockets: { close(): Promise<void> },
  graceMs: number,
): Promise<void> {
  const closing = sockets.close();
  await pTimeout(closing, { milliseconds: graceMs, fallback: () => server.closeAllConnections() });
}

function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
