import { createHttpAiService } from "./src/ai/http_ai_service.ts";
import type { Logger } from "./src/assets/ports.ts";
import { processAsset } from "./src/assets/process_asset.ts";
import { purgeTombstones } from "./src/assets/purge_asset.ts";
import { settleFailure } from "./src/assets/settle_failure.ts";
import { type Config, parseConfig } from "./src/config.ts";
import { closeDatabase, createDatabase, openDatabase } from "./src/database/connection.ts";
import { createMongoAssetStore } from "./src/database/mongo_asset_store.ts";
import { waitForDependencies } from "./src/dependencies.ts";
import { createEventPublisher } from "./src/events/event_publisher.ts";
import { openImageStore } from "./src/images/open_image_store.ts";
import { connectRedis, openRedis } from "./src/queue/connections.ts";
import { createDeadLetterQueue } from "./src/queue/dead_letter_queue.ts";
import { createJobQueue } from "./src/queue/job_queue.ts";
import { startJobWorker } from "./src/queue/job_worker.ts";
import { repeat } from "./src/repeat.ts";
import { runRole } from "./src/shutdown.ts";

/** One consumer of the queue; any number of them may run: config -> resources -> consume. */
export async function startWorker(config: Config, logger: Logger, resources: AsyncDisposableStack) {
  const redis = (name: string, whenAway: "fail" | "wait") =>
    resources.adopt(
      connectRedis({ url: config.redisUrl, name, whenAway, logger }),
      (connection) => connection.disconnect(),
    );
  const closing = <T extends { close(): Promise<void> }>(resource: T) =>
    resources.adopt(resource, (resource) => resource.close());
  const consumer = redis("worker-consumer", "wait");
  const publisher = redis("worker-publisher", "wait");
  const producer = redis("worker-producer", "fail");
  const database = resources.adopt(createDatabase(logger), closeDatabase);
  const { prefix } = config.queue;
  const shared = { prefix, allowLoopback: config.development, logger };
  const deps = {
    assets: createMongoAssetStore(database),
    ai: createHttpAiService({ ...config.ai, ...shared }),
    attemptMs: config.attemptMs,
    events: createEventPublisher({ redis: publisher, queuePrefix: prefix }),
    queue: closing(createJobQueue({ redis: producer, ...config.queue, ...shared })),
    deadLetters: closing(createDeadLetterQueue({ redis: producer, ...shared })),
    images: (await openImageStore(config.images, () => "")).images,
  };

  await waitForDependencies(config.startupTimeoutMs, {
    REDIS_URL: (signal) => openRedis(consumer, signal).then(() => openRedis(producer, signal)),
    MONGODB_URI: (signal) => openDatabase(database, config.mongodbUri, signal),
  });
  closing(repeat(config.reconcileIntervalMs, () => purgeTombstones(deps, logger)));
  resources.adopt(
    startJobWorker({ redis: consumer, ...config.worker, ...shared }, {
      process: (job, attempt, log) => processAsset(deps, job, attempt, log),
      settle: (job, error, graceOver, log) => settleFailure(deps, job, error, graceOver, log),
    }),
    (worker) => worker.close(config.shutdownGraceMs),
  );
  logger.info({ concurrency: config.worker.concurrency }, "Worker ready");
}

if (import.meta.main) await runRole(() => parseConfig(Deno.env.toObject()), startWorker);
