import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { CATEGORIES } from "../../src/assets/asset.ts";
import type { JobData, JobQueue } from "../../src/assets/ports.ts";
import { parseConfig } from "../../src/config/config.ts";
import { connectRedis, openRedis } from "../../src/queue/connections.ts";
import { createJobQueue } from "../../src/queue/job_queue.ts";
import { recordLogs } from "./recorded_logs.ts";
import { services } from "./services.ts";
import { newUserId } from "./tokens.ts";

export interface TestQueue extends AsyncDisposable {
  readonly prefix: string;
  /** Ours, as the API uses it. */
  readonly jobs: JobQueue;
  /** BullMQ's own view, to look into the queue. */
  readonly bull: Queue;
  readonly redis: Redis;
  /** One more connection as the roles make them, closed with the rest. */
  connect(whenAway: "fail" | "wait"): Promise<Redis>;
  keys(): Promise<string[]>;
}

/** What a server is told at the least; all else are defaults. */
export function defaultConfig() {
  return parseConfig({
    REDIS_URL: services().redisUrl,
    MONGODB_URI: services().mongoUri,
    CLOUDINARY_URL: "cloudinary://key:secret@cloud",
    AI_SERVICE_URL: "https://ai.example.com",
    JWT_SECRET: "x".repeat(32),
  });
}

/** A queue under a prefix of the test's own on the real Redis; its keys go at the end. */
export async function openTestQueue(
  { redisUrl = services().redisUrl, ...options }: {
    redisUrl?: string;
    attempts?: number;
    backoffMs?: number;
    allowLoopback?: boolean;
  } = {},
): Promise<TestQueue> {
  await using resources = new AsyncDisposableStack();
  const prefix = `t${crypto.getRandomValues(new Uint8Array(8)).toHex()}`;
  const { logger } = recordLogs();
  const redis = await connect(resources, prefix, "wait");
  const keys = () => redis.keys(`${prefix}:*`);
  resources.defer(async () => void await redis.unlink(prefix, ...await keys()));
  const bull = resources.adopt(
    new Queue("ai-processing", { connection: redis, prefix }),
    (bull) => bull.close(),
  );
  const producer = await connect(resources, prefix, "fail", redisUrl);
  const { attempts, backoffMs } = defaultConfig().queue;
  const jobs = resources.adopt(
    createJobQueue({
      ...{ redis: producer, prefix, attempts, backoffMs, allowLoopback: false, logger },
      ...options,
    }),
    (jobs) => jobs.close(),
  );
  const opened = resources.move();
  return {
    ...{ prefix, jobs, bull, redis, keys },
    connect: (whenAway) => connect(opened, prefix, whenAway),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function connect(
  resources: AsyncDisposableStack,
  name: string,
  whenAway: "fail" | "wait",
  url = services().redisUrl,
): Promise<Redis> {
  const { logger } = recordLogs();
  const redis = resources.adopt(
    connectRedis({ url, name, whenAway, logger }),
    (redis) => redis.disconnect(),
  );
  await openRedis(redis, AbortSignal.timeout(15_000));
  return redis;
}

/** A job's data to the letter, of an asset nobody else in the tests has. */
export function newJobData(fields: Partial<JobData> = {}): JobData {
  const assetId = newUserId();
  return {
    assetId,
    userId: newUserId(),
    imageUrl: `https://images.example.com/${assetId}.png`,
    category: CATEGORIES[0],
    createdAt: new Date().toISOString(),
    ...fields,
  };
}
