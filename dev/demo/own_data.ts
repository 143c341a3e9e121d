import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { createConnection } from "mongoose";
import { AI_PROCESSING } from "../../src/queue/job_catalogue.ts";

/** Drops the database and the queue that a demo made on servers that outlive it. */
export async function dropOwnData(
  { redisUrl, queuePrefix, mongodbUri }: {
    redisUrl: string;
    queuePrefix: string;
    mongodbUri: string;
  },
): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const redis = resources.adopt(new Redis(redisUrl), (redis) => redis.disconnect());
  const options = { connection: redis, prefix: queuePrefix };
  const queue = resources.adopt(new Queue(AI_PROCESSING, options), (queue) => queue.close());
  const database = resources.adopt(createConnection(mongodbUri), (database) => database.close());
  await Promise.allSettled([
    queue.obliterate({ force: true }),
    database.asPromise().then(() => database.dropDatabase()),
  ]);
}
