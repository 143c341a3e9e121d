import type { Server as HttpServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import type { Redis } from "ioredis";
import { Server } from "socket.io";
import type { Actor, Logger, VerifyToken } from "../assets/ports.ts";
import { channelKey, type ServerEvents, userRoom } from "./event_map.ts";

export interface SocketServerOptions {
  readonly httpServer: HttpServer;
  readonly publisher: Redis;
  readonly subscriber: Redis;
  readonly queuePrefix: string;
  readonly verifyToken: VerifyToken;
  readonly logger: Logger;
}

type NoEvents = Record<never, never>;

/**
 * Socket.io on the API's own port. A connection proves who it is by `auth.token` (FR-018a) and
 * hears its user's events, whichever process sends them. Closing it closes the HTTP server too.
 */
export function attachSocketServer(options: SocketServerOptions): { close(): Promise<void> } {
  const { httpServer, publisher, subscriber, queuePrefix, verifyToken, logger } = options;
  const io = new Server<NoEvents, ServerEvents, NoEvents, { actor: Actor }>(httpServer, {
    adapter: createAdapter(publisher, subscriber, { key: channelKey(queuePrefix) }),
    serveClient: false,
  });

  io.use(async (socket, next) => {
    const token: unknown = socket.handshake.auth["token"];
    if (!token) return next(new Error("Authentication required"));
    try {
      if (typeof token !== "string") throw new TypeError("The token is no text");
      socket.data.actor = await verifyToken(token);
    } catch (err) {
      logger.debug({ err }, "Socket token refused");
      return next(new Error("Invalid token"));
    }
    next();
  });

  io.on("connection", async (socket) => {
    socket.on("error", (err) => logger.debug({ err }, "Socket error"));
    await socket.join(userRoom(socket.data.actor.userId));
    logger.debug({ userId: socket.data.actor.userId }, "Socket connected");
  });

  return { close: () => io.close() };
}
