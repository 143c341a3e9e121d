import { Queue } from "bullmq";
import { Redis } from "ioredis";
import mongoose from "mongoose";
import { withDatabase } from "../../../dev/database_uri.ts";
import { type SampleAi, startSampleAi } from "../../../dev/sample_ai/server.ts";
import type { DataServer } from "../../../dev/services/data_servers.ts";
import { freePort } from "../../../dev/services/start_server.ts";
import { AI_PROCESSING, DEAD_LETTERS } from "../../../src/queue/job_catalogue.ts";
import { type FakeCloudinary, startFakeCloudinary } from "../../support/fake_cloudinary.ts";
import { temporaryFolder, unset } from "../../support/processes.ts";
import { startTcpProxy } from "../../support/tcp_proxy.ts";
import { JWT_SECRET } from "../../support/tokens.ts";
import { type KillableServer, startKillable } from "./killable_server.ts";
import { copyLogs } from "./copy_logs.ts";
import { createSlot, type Links, type RoleSlot } from "./role_slot.ts";
import { durableRedis } from "./servers.ts";
import { type Mongo, standalone } from "./mongo.ts";
import { QUICK } from "./settings.ts";

export interface WorldOptions {
  readonly apis?: number;
  readonly workers?: number;
  readonly redis?: DataServer;
  readonly mongo?: (folder: string) => Promise<Mongo>;
  /** Overrides of the servers' environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Everything a row needs, of its own: servers to take away, the outside, processes to kill. */
export interface World extends AsyncDisposable {
  readonly redis: KillableServer;
  readonly mongo: Mongo;
  readonly ai: SampleAi;
  readonly store: FakeCloudinary;
  readonly apis: readonly RoleSlot[];
  readonly workers: readonly RoleSlot[];
  readonly env: Readonly<Record<string, string>>;
  /** Past every proxy, to look in. */
  readonly database: mongoose.mongo.Db;
  readonly commands: Redis;
  readonly queue: Queue;
  readonly deadLetters: Queue;
  /** Copies what every process has logged. */
  keepLogs(folder: string): Promise<void>;
}

const PREFIX = "faults";

/** Starts all of it; disposing kills what runs and removes what was stored. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  await using resources = new AsyncDisposableStack();
  const folder = await temporaryFolder(resources);
  const [redis, mongo, ai] = await Promise.all([
    startKillable(options.redis ?? durableRedis, `${folder}/redis`),
    (options.mongo ?? standalone)(`${folder}/mongo`),
    startSampleAi({}),
  ]);
  for (const part of [redis, mongo, ai]) resources.use(part);
  const store = resources.use(startFakeCloudinary());
  const { database, commands, queue, deadLetters } = await openView(redis, mongo, resources);

  const env = {
    ...unset(),
    ...QUICK,
    APP_ENV: "development",
    LOG_FORMAT: "json",
    JWT_SECRET,
    QUEUE_PREFIX: PREFIX,
    ...options.env,
  };
  function slot(role: "api" | "worker", number: number): RoleSlot {
    const link = (url: string) => resources.use(startTcpProxy(url));
    const prefix = new URL(store.cloudinaryUrl).searchParams.get("upload_prefix") ?? "";
    const links: Links = {
      redis: link(redis.url),
      mongo: link(mongo.url),
      ai: link(ai.url),
      store: link(prefix),
    };
    const port = role === "api" ? String(freePort()) : "";
    const cloudinary = new URL(store.cloudinaryUrl);
    cloudinary.searchParams.set("upload_prefix", links.store.url);
    return resources.use(createSlot({
      ...{ name: `${role}-${number}`, role, links, folder },
      url: `http://127.0.0.1:${port}`,
      env: {
        ...env,
        PORT: port,
        REDIS_URL: links.redis.url,
        MONGODB_URI: mongo.uriThrough(links.mongo.url, PREFIX),
        AI_SERVICE_URL: links.ai.url,
        CLOUDINARY_URL: cloudinary.href,
      },
    }));
  }
  const slots = (role: "api" | "worker", count: number) =>
    Array.from({ length: count }, (_, index) => slot(role, index + 1));
  const apis = slots("api", options.apis ?? 2);
  const workers = slots("worker", options.workers ?? 2);
  await Promise.all([...apis, ...workers].map((slot) => slot.start()));

  const opened = resources.move();
  return {
    ...{ redis, mongo, ai, store, apis, workers, env, database, commands, queue, deadLetters },
    keepLogs: (to) => copyLogs(folder, to),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** The harness's own eyes on the data; they wait for servers that are away. */
async function openView(
  redis: KillableServer,
  mongo: Mongo,
  resources: AsyncDisposableStack,
) {
  const client = new mongoose.mongo.MongoClient(withDatabase(mongo.url, PREFIX), {
    serverSelectionTimeoutMS: 2000,
    ...mongo.viewOptions,
  });
  await resources.adopt(client, (client) => client.close()).connect();
  const commands = resources.adopt(
    new Redis(redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 100 }),
    (commands) => commands.disconnect(),
  );
  commands.on("error", () => {});
  const open = (name: string) => {
    const queue = new Queue(name, {
      connection: commands,
      prefix: PREFIX,
      // It would print a warning of the eviction policy.
      skipVersionCheck: true,
    });
    queue.on("error", () => {});
    return resources.adopt(queue, (queue) => queue.close());
  };
  return {
    database: client.db(),
    commands,
    queue: open(AI_PROCESSING),
    deadLetters: open(DEAD_LETTERS),
  };
}
