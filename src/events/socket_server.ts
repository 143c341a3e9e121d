import type { Server as HttpServer } from "node:http";
import { Server, type Socket } from "socket.io";
import type { EventFeed } from "../assets/event_feed.ts";
import type { Actor, Logger, VerifyToken } from "../assets/ports.ts";
import { readSince } from "../contract/handshake.ts";
import { createDelivery, type Listener } from "./delivery.ts";
import { type ServerEvents, userRoom } from "./event_map.ts";

export interface SocketServerOptions {
  readonly httpServer: HttpServer;
  readonly feed: EventFeed;
  readonly verifyToken: VerifyToken;
  readonly logger: Logger;
}

type NoEvents = Record<never, never>;

interface SocketData {
  actor: Actor;
  position: Date;
}

type UserSocket = Socket<NoEvents, ServerEvents, NoEvents, SocketData>;

export interface SocketServer {
  /** Tells the user's connections what settled since they were last told. */
  update(userId: string): void;
  /** Does the same for everybody whose news we may not have heard of. */
  sweep(): Promise<void>;
  /** Closes the HTTP server too. */
  close(): Promise<void>;
}

/**
 * Socket.io on the API's own port. A connection proves who it is by `auth.token` (FR-018a) and
 * hears each of its user's events once: from `auth.since` on, or from now on.
 */
export function attachSocketServer(
  { httpServer, feed, verifyToken, logger }: SocketServerOptions,
): SocketServer {
  const io = new Server<NoEvents, ServerEvents, NoEvents, SocketData>(httpServer, {
    serveClient: false,
  });
  const { update, positionOf, sweep } = createDelivery({ feed, listenersOf, logger });

  function listenersOf(userId: string): Listener[] {
    const { adapter, sockets } = io.of("/");
    return [...adapter.rooms.get(userRoom(userId)) ?? []]
      .flatMap((id) => sockets.get(id) ?? []).map(listenerOf);
  }

  io.use(async (socket, next) => {
    const { auth } = socket.handshake;
    const token: unknown = auth["token"];
    if (!token) return next(new Error("Authentication required"));
    try {
      if (typeof token !== "string") throw new TypeError("The token is no text");
      socket.data.actor = await verifyToken(token);
    } catch (err) {
      logger.debug({ err }, "Socket token refused");
      return next(new Error("Invalid token"));
    }
    socket.data.position = await positionOf(socket.data.actor.userId, readSince(auth));
    next();
  });

  io.on("connection", async (socket) => {
    const { userId } = socket.data.actor;
    socket.on("error", (err) => logger.debug({ err }, "Socket error"));
    await socket.join(userRoom(userId));
    logger.debug({ userId }, "Socket connected");
    update(userId);
  });

  return { update, sweep, close: () => io.close() };
}

function listenerOf(socket: UserSocket): Listener {
  return {
    get position() {
      return socket.data.position;
    },
    set position(position) {
      socket.data.position = position;
    },
    tell: (event) => socket.emit("asset_processed", event),
  };
}
