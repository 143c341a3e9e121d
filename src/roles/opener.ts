import type { Connection } from "mongoose";
import { patiently } from "../assets/patiently.ts";
import type { Logger } from "../assets/ports.ts";
import type { Config } from "../config/config.ts";
import { closeDatabase, createDatabase, openDatabase } from "../database/connection.ts";
import { connectRedis, type RedisOptions } from "../queue/connections.ts";

/** How a role opens what it needs: all of it is closed with the role, last opened first. */
export function createOpener(config: Config, logger: Logger, resources: AsyncDisposableStack) {
  return {
    redis: (options: Pick<RedisOptions, "name" | "whenAway" | "isSubscriber">) =>
      resources.adopt(
        connectRedis({ url: config.redisUrl, logger, ...options }),
        (connection) => connection.disconnect(),
      ),

    database: () => resources.adopt(createDatabase(logger), closeDatabase),

    closing: <T extends { close(): Promise<void> }>(resource: T) =>
      resources.adopt(resource, (resource) => resource.close()),
  };
}

/** Waits until MongoDB is there, and what is kept there has its indexes. */
export async function openIndexed(
  database: Connection,
  { mongodbUri }: Config,
  kept: readonly { createIndexes(): Promise<void> }[],
  signal: AbortSignal,
): Promise<void> {
  await openDatabase(database, mongodbUri, signal);
  for (const { createIndexes } of kept) await patiently(createIndexes, signal);
}
