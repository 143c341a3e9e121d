import type { Redis } from "ioredis";
import type { Connection } from "mongoose";
import type { Logger } from "../assets/ports.ts";
import { createReconciler, type ReconcileDeps } from "../assets/reconcile_assets.ts";
import type { Config } from "../config/config.ts";
import { createMongoLease } from "../database/mongo_lease.ts";
import { createMongoUnfinished } from "../database/mongo_unfinished.ts";
import { createQueueInspector } from "../queue/queue_inspector.ts";
import { repeat } from "../repeat.ts";

type Own = "lease" | "unfinished" | "inspector";

export interface ReconcilerOptions {
  readonly config: Config;
  readonly database: Connection;
  /** It has to fail fast. */
  readonly redis: Redis;
  readonly logger: Logger;
}

/** Repairs at the start, every interval, and at once when Redis is back, which may be empty then. */
export function startReconciler(
  deps: Omit<ReconcileDeps, Own>,
  { config, database, redis, logger }: ReconcilerOptions,
): { close(): Promise<void> } {
  const { intervalMs, afterMs } = config.reconcile;
  const closing = new AbortController();
  const lease = createMongoLease(database, { name: "reconciler", ttlMs: 2 * intervalMs + 5000 });
  const unfinished = createMongoUnfinished(database);
  const inspector = createQueueInspector({ redis, prefix: config.queue.prefix });
  const round = createReconciler({ ...deps, lease, unfinished, inspector }, {
    afterMs,
    closing: closing.signal,
    logger,
  });
  const rounds = repeat(intervalMs, round);
  redis.on("ready", rounds.soon);
  rounds.soon();
  return {
    async close() {
      closing.abort();
      redis.off("ready", rounds.soon);
      await rounds.close();
      await lease.release().catch((err) => logger.debug({ err }, "Lease not released"));
    },
  };
}
