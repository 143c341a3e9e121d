import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { DeadLetterQueue, Logger } from "../assets/ports.ts";
import { endWithin } from "../end_within.ts";
import { ANSWER_MS, answered } from "./answered.ts";
import { DEAD_LETTERS } from "./job_catalogue.ts";

export interface DeadLetterQueueOptions {
  /** It has to fail fast. */
  readonly redis: Redis;
  readonly prefix: string;
  readonly logger: Logger;
}

/**
 * The dead letters as jobs that nobody works on, so they stay for as long as their assets are
 * failed (FR-004). The assets know them too: what is lost here can be rebuilt.
 */
export function createDeadLetterQueue(
  { redis, prefix, logger }: DeadLetterQueueOptions,
): DeadLetterQueue & { close(): Promise<void> } {
  const queue = new Queue(DEAD_LETTERS, { connection: redis, prefix });
  queue.on("error", (err) => logger.debug({ err }, "Queue connection error"));

  return {
    async add(letter) {
      await answered(redis, () => queue.add(DEAD_LETTERS, letter, { jobId: letter.jobId }));
    },

    async remove(jobId) {
      await answered(redis, () => queue.remove(jobId));
    },

    count: () => answered(redis, () => queue.getWaitingCount()),

    close: () => endWithin(ANSWER_MS, queue.close()),
  };
}
