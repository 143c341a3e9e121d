import { createCircuitBreaker } from "../ai/circuit_breaker.ts";
import { createHttpAiService } from "../ai/http_ai_service.ts";
import { warnIfUnreachable } from "../ai/reachable.ts";
import type { Logger } from "../assets/ports.ts";
import { processAsset } from "../assets/process_asset.ts";
import { settleFailure } from "../assets/settle_failure.ts";
import type { Config } from "../config/config.ts";
import { createMongoAssetStore } from "../database/mongo_asset_store.ts";
import { createMongoIdempotencyKeys } from "../database/mongo_idempotency_keys.ts";
import { createMongoOutageLog } from "../database/mongo_outage_log.ts";
import { waitForDependencies } from "../dependencies.ts";
import { createEventPublisher } from "../events/settled_channel.ts";
import { createGrace } from "../grace.ts";
import { openImageStore } from "../images/open_image_store.ts";
import { assertSupported, openRedis } from "../queue/connections.ts";
import { createDeadLetterQueue } from "../queue/dead_letter_queue.ts";
import { createFailureStreak } from "../queue/failure_streak.ts";
import { createJobQueue } from "../queue/job_queue.ts";
import { startJobWorker } from "../queue/job_worker.ts";
import { createOpener, openIndexed } from "./opener.ts";
import { startReconciler } from "./reconciler.ts";

/** One consumer of the queue; any number of them may run: config -> resources -> consume. */
export async function startWorker(
  config: Config,
  logger: Logger,
  resources: AsyncDisposableStack,
  grace = createGrace(config.shutdownGraceMs),
) {
  const open = createOpener(config, logger, resources);
  const consumer = open.redis({ name: "worker-consumer", whenAway: "wait" });
  const producer = open.redis({ name: "worker-producer", whenAway: "fail" });
  const database = open.database();
  const { prefix } = config.queue;
  const shared = { prefix, allowLoopback: config.development, logger };
  const deps = {
    assets: createMongoAssetStore(database),
    idempotencyKeys: createMongoIdempotencyKeys(database, { uploadMs: config.images.timeoutMs }),
    ai: createHttpAiService({ ...config.ai, ...shared }),
    circuit: createCircuitBreaker({
      streak: createFailureStreak({ redis: producer, prefix }),
      logger,
    }),
    outages: createMongoOutageLog(database),
    attemptMs: config.attemptMs,
    events: createEventPublisher({ redis: producer, queuePrefix: prefix }),
    queue: open.closing(createJobQueue({ redis: producer, ...config.queue, ...shared })),
    deadLetters: open.closing(createDeadLetterQueue({ redis: producer, ...shared })),
    images: (await openImageStore(config.images, () => "")).images,
  };

  void warnIfUnreachable(config.ai.url, logger);
  await waitForDependencies(config.startupTimeoutMs, {
    REDIS_URL: async (signal) => {
      await openRedis(consumer, signal);
      await openRedis(producer, signal);
      await assertSupported(producer);
    },
    MONGODB_URI: (signal) =>
      openIndexed(database, config, [deps.assets, deps.idempotencyKeys, deps.outages], signal),
  });
  open.closing(startReconciler(deps, { config, database, redis: producer, logger }));
  resources.adopt(
    startJobWorker({ redis: consumer, ...config.worker, ...shared }, {
      process: (job, attempt, log) => processAsset(deps, job, attempt, log),
      isProbing: () => !deps.circuit.isClosed(),
      settle: (job, error, graceOver, log) => settleFailure(deps, job, error, graceOver, log),
    }),
    (worker) => worker.close(grace.leftMs()),
  );
  logger.info({ concurrency: config.worker.concurrency }, "Worker ready");
}
