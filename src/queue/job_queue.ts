import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import pTimeout from "p-timeout";
import { AssetError } from "../assets/errors.ts";
import type { JobQueue, Logger } from "../assets/ports.ts";
import { endWithin } from "../end_within.ts";
import { AI_PROCESSING, jobDataSchema, jobOptions } from "./job_catalogue.ts";

/** Redis answers in milliseconds; what takes longer than this is away or stopped. */
const ANSWER_MS = 2000;

export interface JobQueueOptions {
  readonly redis: Redis;
  readonly prefix: string;
  /** How often a job is tried, the first time included. */
  readonly attempts: number;
  /** The pause before the second attempt, in milliseconds; it doubles from then on. */
  readonly backoffMs: number;
  /** Accept `http://` image addresses of this machine: development only. */
  readonly allowLoopback: boolean;
  readonly logger: Logger;
}

/** The producer's side of the queue, on a connection that fails fast. */
export function createJobQueue(
  { redis, prefix, attempts, backoffMs, allowLoopback, logger }: JobQueueOptions,
): JobQueue & { close(): Promise<void> } {
  const schema = jobDataSchema({ allowLoopback });
  const queue = new Queue(AI_PROCESSING, {
    connection: redis,
    prefix,
    defaultJobOptions: jobOptions({ attempts, backoffMs }),
  });
  queue.on("error", (err) => logger.debug({ err }, "Queue connection error"));

  return {
    async add(jobId, data) {
      const checked = schema.parse(data);
      await answered(() => queue.add(AI_PROCESSING, checked, { jobId }));
    },

    async ping() {
      await answered(() => redis.ping());
    },

    close: () => endWithin(ANSWER_MS, queue.close()),
  };

  async function answered<T>(command: () => Promise<T>): Promise<T> {
    try {
      // BullMQ waits for a connection that was never there without an end of its own.
      if (redis.status !== "ready") throw new Error(`The connection is ${redis.status}`);
      return await pTimeout(command(), { milliseconds: ANSWER_MS });
    } catch (cause) {
      throw new AssetError("service_unavailable", "Redis did not answer", { cause });
    }
  }
}
