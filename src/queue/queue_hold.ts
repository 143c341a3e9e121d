import type { Redis } from "ioredis";
import type { ErrorCode } from "../assets/errors.ts";
import type { Logger } from "../assets/ports.ts";

/** Never reached: without a limit of their own, BullMQ's workers do not look whether the queue is held. */
export const HOLDABLE = { max: 1_000_000_000, duration: 1000 };

/** Whatever a service asks for, the queue goes on after this; in milliseconds. */
const MAX_HOLD_MS = 60_000;

/** What BullMQ's `rateLimit` does, but never to the end of a hold that lasts longer. */
const EXTEND = `
local isHeld = (tonumber(redis.call("GET", KEYS[1])) or 0) >= tonumber(ARGV[1])
if isHeld and redis.call("PTTL", KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return 1`;

/** Holds the queue for all workers, by BullMQ's own rate limit. */
export function createQueueHold(
  { redis, key, logger }: { redis: Redis; key: string; logger: Logger },
) {
  return {
    /** No job begins for so long, nor before the end of an earlier hold. */
    async extend(forMs: number, code: ErrorCode): Promise<void> {
      const holdMs = Math.min(Math.ceil(forMs), MAX_HOLD_MS);
      if (await redis.eval(EXTEND, 1, key, HOLDABLE.max, holdMs) === 0) return;
      if (code === "ai_rate_limited") {
        logger.warn({ holdMs }, "Queue held, as the AI service asked for fewer calls");
      } else {
        // The circuit breaker tells of it, and only once.
        logger.debug({ holdMs }, "Queue held, as the AI service is away");
      }
    },
  };
}
