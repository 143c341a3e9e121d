import { createHttpAiService } from "./src/ai/http_ai_service.ts";
import type { Logger } from "./src/assets/ports.ts";
import { processAsset } from "./src/assets/process_asset.ts";
import { settleFailure } from "./src/assets/settle_failure.ts";
import { type Config, parseConfig } from "./src/config.ts";
import { closeDatabase, createDatabase, openDatabase } from "./src/database/connection.ts";
import { createMongoAssetStore } from "./src/database/mongo_asset_store.ts";
import { waitForDependencies } from "./src/dependencies.ts";
import { createEventPublisher } from "./src/events/event_publisher.ts";
import { connectRedis, openRedis } from "./src/queue/connections.ts";
import { startJobWorker } from "./src/queue/job_worker.ts";
import { runRole } from "./src/shutdown.ts";

/** One consumer of the queue; any number of them may run: config -> resources -> consume. */
export async function startWorker(config: Config, logger: Logger, resources: AsyncDisposableStack) {
  const redis = (name: string) =>
    resources.adopt(
      connectRedis({ url: config.redisUrl, name, whenAway: "wait", logger }),
      (connection) => connection.disconnect(),
    );
  const consumer = redis("worker-consumer");
  const publisher = redis("worker-publisher");
  const database = resources.adopt(createDatabase(logger), closeDatabase);
  const assets = createMongoAssetStore(database);
  const allowLoopback = config.development;
  const ai = createHttpAiService({ ...config.ai, allowLoopback });
  const events = createEventPublisher({ redis: publisher, queuePrefix: config.queue.prefix });
  const deps = { assets, ai, events };

  await waitForDependencies(config.startupTimeoutMs, {
    REDIS_URL: (signal) => openRedis(consumer, signal),
    MONGODB_URI: (signal) => openDatabase(database, config.mongodbUri, signal),
  });
  resources.adopt(
    startJobWorker(
      { redis: consumer, prefix: config.queue.prefix, ...config.worker, allowLoopback, logger },
      {
        process: (job, signal, log) => processAsset(deps, job, signal, log),
        giveUp: (job, error, tries, log) => settleFailure(deps, job, error, tries, log),
      },
    ),
    (worker) => worker.close(config.shutdownGraceMs),
  );
  logger.info({ concurrency: config.worker.concurrency }, "Worker ready");
}

if (import.meta.main) await runRole(() => parseConfig(Deno.env.toObject()), startWorker);
