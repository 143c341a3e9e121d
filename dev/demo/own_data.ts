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
  const database = await createConnection(mongodbUri).asPromise();
  await database.dropDatabase();
  await database.close();
  const redis = new Redis(redisUrl);
  const queue = new Queue(AI_PROCESSING, { connection: redis, prefix: queuePrefix });
  await queue.obliterate({ force: true });
  await queue.close();
  redis.disconnect();
}
