import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { createConnection } from "mongoose";
import { startApi } from "../../src/roles/api.ts";
import { startWorker } from "../../src/roles/worker.ts";
import { withDatabase } from "../../dev/database_uri.ts";
import { print } from "../../dev/run_task.ts";
import { type SampleAi, startSampleAi } from "../../dev/sample_ai/server.ts";
import { jobIdOf } from "../../src/assets/asset.ts";
import { createMongoAssetStore } from "../../src/database/mongo_asset_store.ts";
import { createEventPublisher } from "../../src/events/settled_channel.ts";
import { parseConfig } from "../../src/config/config.ts";
import { assertJobData } from "./contract.ts";
import { type FakeCloudinary, startFakeCloudinary } from "./fake_cloudinary.ts";
import { quietLogger } from "./quiet_logger.ts";
import { services } from "./services.ts";
import { JWT_SECRET } from "./tokens.ts";

export interface PipelineOptions {
  readonly apis?: number;
  readonly workers?: number;
  /** Where the servers find Redis and MongoDB, when not where the test does. */
  readonly redisUrl?: string;
  readonly mongoUri?: string;
  /** Overrides of the servers' environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A whole pipeline of a test's own: database, queue prefix, image store and AI service. */
export interface Pipeline extends AsyncDisposable {
  readonly apiUrls: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cloudinary: FakeCloudinary;
  readonly ai: SampleAi;
  /** The queue as BullMQ sees it, to look into. */
  readonly queue: Queue;
  /** Settles one more asset of that user, with that failure: its devices hear it after all before it. */
  lastWord(userId: string, message: string): Promise<void>;
  /** The Redis keys of this pipeline. */
  keys(): Promise<string[]>;
  /** Redis has nothing of this pipeline any more, as after a restart without persistence. */
  loseRedisData(): Promise<void>;
  /** The raw documents of the collection `assets`. */
  documents(): Promise<Record<string, unknown>[]>;
}

/** Starts API and workers inside the test's own process; disposing drops what they stored. */
export async function startPipeline(options: PipelineOptions = {}): Promise<Pipeline> {
  await using resources = new AsyncDisposableStack();
  const outside = await startOutside(resources, options.env, options);
  const config = parseConfig(outside.env);
  const apiUrls: string[] = [];
  for (let i = 0; i < (options.apis ?? 1); i++) {
    const { url } = await startApi(config, quietLogger, resources.use(new AsyncDisposableStack()));
    apiUrls.push(url);
  }
  for (let i = 0; i < (options.workers ?? 1); i++) {
    await startWorker(config, quietLogger, resources.use(new AsyncDisposableStack()));
  }
  const started = resources.move();
  return { ...outside, apiUrls, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Everything around the servers, and the environment that tells them where it is. */
export async function startOutside(
  resources: AsyncDisposableStack,
  env: Readonly<Record<string, string>> = {},
  servers: Pick<PipelineOptions, "redisUrl" | "mongoUri"> = {},
): Promise<Omit<Pipeline, "apiUrls" | typeof Symbol.asyncDispose>> {
  const name = `t${crypto.getRandomValues(new Uint8Array(8)).toHex()}`;
  const { redisUrl, mongoUri } = services();
  const cloudinary = resources.use(startFakeCloudinary());
  const ai = resources.use(await startSampleAi({}));
  const database = await createConnection(withDatabase(mongoUri, name)).asPromise();
  resources.defer(async () => {
    await database.dropDatabase();
    await database.close();
  });
  const assets = createMongoAssetStore(database);
  const redis = resources.adopt(new Redis(redisUrl), (redis) => redis.disconnect());
  const queue = new Queue("ai-processing", { connection: redis, prefix: name });
  resources.defer(() =>
    telling(async () => {
      await queue.obliterate({ force: true });
      await queue.close();
    })
  );
  resources.defer(() =>
    telling(async () => {
      for (const job of await queue.getJobs()) assertJobData(job.data);
    })
  );
  return {
    cloudinary,
    ai,
    queue,
    async lastWord(userId, message) {
      const { id } = await assets.insertDraft({ userId, category: "other", requestId: "last" });
      await assets.accept(id, "https://images.example.com/last.png");
      const failure = { code: "ai_rejected", message, retryable: false } as const;
      const attempt = { at: new Date(), code: failure.code, message };
      await assets.fail(id, jobIdOf(id, 1), failure, attempt, crypto.randomUUID());
      await createEventPublisher({ redis, queuePrefix: name }).settled(userId);
    },
    keys: () => redis.keys(`${name}:*`),
    loseRedisData: async () => void await redis.del(await redis.keys(`${name}:*`)),
    documents: () => database.collection("assets").find().toArray(),
    env: {
      APP_ENV: "development",
      REDIS_URL: servers.redisUrl ?? redisUrl,
      MONGODB_URI: withDatabase(servers.mongoUri ?? mongoUri, name),
      CLOUDINARY_URL: cloudinary.cloudinaryUrl,
      AI_SERVICE_URL: ai.url,
      JWT_SECRET,
      QUEUE_PREFIX: name,
      PORT: "0",
      LOG_FORMAT: "json",
      JOB_BACKOFF_MS: "50",
      ...env,
    },
  };
}

/** A test that fails twice shows neither: of a SuppressedError the report says nothing but its name. */
async function telling(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    print(`While a pipeline was taken down: ${Deno.inspect(error)}`);
    throw error;
  }
}
