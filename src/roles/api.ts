import { createBackPressure } from "../assets/back_pressure.ts";
import type { Logger } from "../assets/ports.ts";
import { createTokenVerifier } from "../auth/verify_token.ts";
import type { Config } from "../config/config.ts";
import { createMongoAssetStore } from "../database/mongo_asset_store.ts";
import { createMongoEventFeed } from "../database/mongo_event_feed.ts";
import { createMongoIdempotencyKeys } from "../database/mongo_idempotency_keys.ts";
import { waitForDependencies } from "../dependencies.ts";
import { hearSettled } from "../events/settled_channel.ts";
import { attachSocketServer } from "../events/socket_server.ts";
import { createGrace } from "../grace.ts";
import { createApp } from "../http/app.ts";
import { openImageStore } from "../images/open_image_store.ts";
import { closeServer, createHttpServer, listen } from "../listen.ts";
import { createBacklogGauge } from "../queue/backlog.ts";
import { assertSupported, openRedis } from "../queue/connections.ts";
import { createDeadLetterQueue } from "../queue/dead_letter_queue.ts";
import { createJobQueue } from "../queue/job_queue.ts";
import { repeat } from "../repeat.ts";
import { createOpener, openIndexed } from "./opener.ts";

/** How often events are looked for that nobody told us of: Redis was away, or their worker died. */
const SWEEP_MS = 2000;

/**
 * The API with its sockets on one port: config -> resources -> app + sockets -> serve. From `drain` on
 * /readyz says that it ends.
 */
export async function startApi(
  config: Config,
  logger: Logger,
  resources: AsyncDisposableStack,
  grace = createGrace(config.shutdownGraceMs),
) {
  const open = createOpener(config, logger, resources);
  const producer = open.redis({ name: "api-producer", whenAway: "fail" });
  const subscriber = open.redis({ name: "api-subscriber", whenAway: "wait", isSubscriber: true });
  const database = open.database();
  const assets = createMongoAssetStore(database);
  const idempotencyKeys = createMongoIdempotencyKeys(database, {
    uploadMs: config.images.timeoutMs,
  });
  const shared = { redis: producer, prefix: config.queue.prefix, logger };
  const queue = open.closing(
    createJobQueue({ ...config.queue, ...shared, allowLoopback: config.development }),
  );
  const deadLetters = open.closing(createDeadLetterQueue(shared));

  let url = "";
  let isDraining = false;
  const imageStore = await openImageStore(config.images, () => url);
  const verifyToken = createTokenVerifier({ secret: config.jwtSecret });
  const app = createApp({
    assets,
    idempotencyKeys,
    queue,
    deadLetters,
    ...imageStore,
    verifyToken,
    admit: createBackPressure(config.backPressure, createBacklogGauge(shared)),
    logger,
    dependencies: { redis: queue.ping, mongodb: assets.ping },
    isDraining: () => isDraining,
  });
  const server = createHttpServer(app.fetch);
  const sockets = attachSocketServer({
    httpServer: server.node,
    feed: createMongoEventFeed(database),
    verifyToken,
    logger,
  });
  hearSettled({ subscriber, queuePrefix: config.queue.prefix, logger }, sockets.update);
  const drain = () => {
    isDraining = true;
  };
  resources.defer(async () => {
    drain();
    await closeServer(server, sockets, grace.leftMs());
  });

  const { host, port } = config.http;
  url = await listen(server, { host, port });
  logger.info({ url }, "API listening");
  await waitForDependencies(config.startupTimeoutMs, {
    REDIS_URL: async (signal) => {
      await openRedis(producer, signal);
      await openRedis(subscriber, signal);
      await assertSupported(producer);
    },
    MONGODB_URI: (signal) => openIndexed(database, config, [assets, idempotencyKeys], signal),
  });
  open.closing(repeat(SWEEP_MS, sockets.sweep));
  logger.info({ url }, "API ready");
  return { url, drain };
}
