import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { JobQueue, Logger } from "../assets/ports.ts";
import { jobDataSchema } from "../contract/ai_job.ts";
import { endWithin } from "../end_within.ts";
import { ANSWER_MS, answered } from "./answered.ts";
import { AI_PROCESSING, jobOptions } from "./job_catalogue.ts";

const JOB_STATES = ["waiting", "active", "completed", "failed", "delayed"] as const;

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
      await answered(redis, () => queue.add(AI_PROCESSING, checked, { jobId }));
    },

    remove: (jobId) => answered(redis, async () => await queue.remove(jobId) === 1),

    async counts() {
      const counted = await answered(redis, () => queue.getJobCounts(...JOB_STATES));
      const { waiting = 0, active = 0, completed = 0, failed = 0, delayed = 0 } = counted;
      return { waiting, active, completed, failed, delayed };
    },

    async ping() {
      await answered(redis, () => redis.ping());
    },

    close: () => endWithin(ANSWER_MS, queue.close()),
  };
}
