import type { Logger } from "../assets/ports.ts";
import type { Config } from "../config/config.ts";
import { closeDatabase, createDatabase } from "../database/connection.ts";
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
