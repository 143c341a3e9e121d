import type { Logger } from "./src/assets/ports.ts";
import { createTokenVerifier } from "./src/auth/verify_token.ts";
import { type Config, parseConfig } from "./src/config.ts";
import { closeDatabase, createDatabase, openDatabase } from "./src/database/connection.ts";
import { createMongoAssetStore } from "./src/database/mongo_asset_store.ts";
import { waitForDependencies } from "./src/dependencies.ts";
import { attachSocketServer } from "./src/events/socket_server.ts";
import { createApp } from "./src/http/app.ts";
import { openImageStore } from "./src/images/open_image_store.ts";
import { closeServer, createHttpServer, listen } from "./src/listen.ts";
import { connectRedis, openRedis, type RedisOptions } from "./src/queue/connections.ts";
import { createDeadLetterQueue } from "./src/queue/dead_letter_queue.ts";
import { createJobQueue } from "./src/queue/job_queue.ts";
import { runRole } from "./src/shutdown.ts";

/** The API with its sockets on one port: config -> resources -> app + sockets -> serve. */
export async function startApi(config: Config, logger: Logger, resources: AsyncDisposableStack) {
  const redis = (options: Pick<RedisOptions, "name" | "whenAway" | "isSubscriber">) =>
    resources.adopt(
      connectRedis({ url: config.redisUrl, logger, ...options }),
      (connection) => connection.disconnect(),
    );
  const producer = redis({ name: "api-producer", whenAway: "fail" });
  const publisher = redis({ name: "api-publisher", whenAway: "wait" });
  const subscriber = redis({ name: "api-subscriber", whenAway: "wait", isSubscriber: true });
  const database = resources.adopt(createDatabase(logger), closeDatabase);
  const assets = createMongoAssetStore(database);
  const closing = <T extends { close(): Promise<void> }>(resource: T) =>
    resources.adopt(resource, (resource) => resource.close());
  const shared = { redis: producer, prefix: config.queue.prefix, logger };
  const queue = closing(
    createJobQueue({ ...config.queue, ...shared, allowLoopback: config.development }),
  );
  const deadLetters = closing(createDeadLetterQueue(shared));

  let url = "";
  let isDraining = false;
  const imageStore = await openImageStore(config.images, () => url);
  const verifyToken = createTokenVerifier({ secret: config.jwtSecret });
  const app = createApp({
    assets,
    queue,
    deadLetters,
    ...imageStore,
    verifyToken,
    logger,
    dependencies: { redis: queue.ping, mongodb: assets.ping },
    isDraining: () => isDraining,
  });
  const server = createHttpServer(app.fetch);
  const sockets = attachSocketServer({
    httpServer: server.node,
    publisher,
    subscriber,
    queuePrefix: config.queue.prefix,
    verifyToken,
    logger,
  });
  resources.defer(async () => {
    isDraining = true;
    await closeServer(server, sockets, config.shutdownGraceMs);
  });

  const { host, port } = config.http;
  url = await listen(server, { host, port });
  logger.info({ url }, "API listening");
  await waitForDependencies(config.startupTimeoutMs, {
    REDIS_URL: async (signal) => {
      await openRedis(producer, signal);
      await openRedis(subscriber, signal);
    },
    MONGODB_URI: (signal) => openDatabase(database, config.mongodbUri, signal),
  });
  await assets.createIndexes();
  logger.info({ url }, "API ready");
  return { url };
}

if (import.meta.main) await runRole(() => parseConfig(Deno.env.toObject()), startApi);
