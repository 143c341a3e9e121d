import type { Logger } from "./src/assets/ports.ts";
import { createTokenVerifier } from "./src/auth/verify_token.ts";
import { type Config, parseConfig } from "./src/config.ts";
import { closeDatabase, createDatabase, openDatabase } from "./src/database/connection.ts";
import { createMongoAssetStore } from "./src/database/mongo_asset_store.ts";
import { waitForDependencies } from "./src/dependencies.ts";
import { attachSocketServer } from "./src/events/socket_server.ts";
import { createApp } from "./src/http/app.ts";
import { createCloudinaryImageStore } from "./src/images/cloudinary_image_store.ts";
import { createLocalImageStore } from "./src/images/local_image_store.ts";
import { closeServer, createHttpServer, listen } from "./src/listen.ts";
import { connectRedis, openRedis } from "./src/queue/connections.ts";
import { createJobQueue } from "./src/queue/job_queue.ts";
import { runRole } from "./src/shutdown.ts";

/** The API with its sockets on one port: config -> resources -> app + sockets -> serve. */
export async function startApi(config: Config, logger: Logger, resources: AsyncDisposableStack) {
  const { queue: queueConfig, images: imagesConfig } = config;
  const redis = (name: string, whenAway: "fail" | "wait") =>
    resources.adopt(
      connectRedis({ url: config.redisUrl, name, whenAway, logger }),
      (connection) => connection.disconnect(),
    );
  const producer = redis("api-producer", "fail");
  const publisher = redis("api-publisher", "wait");
  const subscriber = redis("api-subscriber", "wait");
  const database = resources.adopt(createDatabase(logger), closeDatabase);
  const assets = createMongoAssetStore(database);
  const queue = resources.adopt(
    createJobQueue({ redis: producer, ...queueConfig, logger }),
    (queue) => queue.close(),
  );

  let url = "";
  let isDraining = false;
  const local = createLocalImageStore({
    directory: imagesConfig.localDirectory,
    baseUrl: () => url,
  });
  const cloudinary = imagesConfig.cloudinaryUrl &&
    await createCloudinaryImageStore({
      url: imagesConfig.cloudinaryUrl,
      timeoutMs: imagesConfig.timeoutMs,
    });
  const verifyToken = createTokenVerifier({ secret: config.jwtSecret });
  const app = createApp({
    assets,
    queue,
    images: cloudinary || local,
    verifyToken,
    logger,
    dependencies: { redis: queue.ping, mongodb: assets.ping },
    isDraining: () => isDraining,
    ...(!cloudinary && { readImage: local.read }),
  });
  const server = createHttpServer(app.fetch);
  const sockets = attachSocketServer({
    httpServer: server,
    publisher,
    subscriber,
    queuePrefix: queueConfig.prefix,
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
    REDIS_URL: (signal) => openRedis(producer, signal),
    MONGODB_URI: (signal) => openDatabase(database, config.mongodbUri, signal),
  });
  await assets.createIndexes();
  logger.info({ url }, "API ready");
  return { url };
}

if (import.meta.main) await runRole(() => parseConfig(Deno.env.toObject()), startApi);
