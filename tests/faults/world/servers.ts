import { type DataServer, mongodServer, redisServer } from "../../../dev/services/data_servers.ts";

/** Redis as it should be: AOF, synced once a second, and no eviction. */
export const durableRedis: DataServer = redisServer;

/** Redis as many run it: what it holds is gone with its process. */
export const forgetfulRedis = redisWith("--appendonly", "no");

/** Redis as it must not be: it throws keys away when memory is short. */
export const evictingRedis = redisWith("--maxmemory-policy", "allkeys-lru");

/** The last word on an option counts. */
function redisWith(...options: string[]): DataServer {
  return {
    ...redisServer,
    args: (folder, port) => [...redisServer.args(folder, port), ...options],
  };
}

export const standaloneMongod: DataServer = mongodServer;

/** One member of the replica set `name`. */
export function memberOf(name: string): DataServer {
  const args: DataServer["args"] = (folder, port) => [
    ...mongodServer.args(folder, port),
    ...["--replSet", name],
  ];
  return { ...mongodServer, args };
}
