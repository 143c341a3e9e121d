import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "../assets/ports.ts";
import { AI_PROCESSING } from "./job_catalogue.ts";

/** Never reached: without a limit of their own, BullMQ's workers do not look whether the queue is held. */
export const HOLDABLE = { max: 1_000_000_000, duration: 1000 };

/** Whatever a service asks for, the queue goes on after this; in milliseconds. */
const MAX_HOLD_MS = 60_000;

/** Holds the queue for all workers, by BullMQ's own rate limit. */
export function createQueueHold(
  { redis, prefix, logger }: { redis: Redis; prefix: string; logger: Logger },
) {
  const queue = new Queue(AI_PROCESSING, { connection: redis, prefix });
  queue.on("error", (err) => logger.debug({ err }, "Queue connection error"));

  return {
    /** No job begins for so long, nor before the end of an earlier hold. */
    async extend(forMs: number): Promise<void> {
      const holdMs = Math.min(Math.ceil(forMs), MAX_HOLD_MS);
      if (holdMs <= await queue.getRateLimitTtl(HOLDABLE.max)) return;
      await queue.rateLimit(holdMs);
      logger.warn({ holdMs }, "Queue held, as the AI service asked for fewer calls");
    },

    close: () => queue.close(),
  };
}
