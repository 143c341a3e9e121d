import type { Redis } from "ioredis";
import type { FailureStreak } from "../assets/ai_outage.ts";
import { answered } from "./answered.ts";

/** Calls may be rare, and each may take its whole time to fail; in milliseconds. */
const LASTS_MS = 15 * 60_000;

/** The streak that all workers share, as a set in Redis. `redis` has to fail fast. */
export function createFailureStreak(
  { redis, prefix }: { redis: Redis; prefix: string },
): FailureStreak {
  const key = `${prefix}:ai-failures`;
  return {
    async add(assetId) {
      const replies = await answered(
        redis,
        () => redis.multi().sadd(key, assetId).pexpire(key, LASTS_MS).scard(key).exec(),
      );
      return Number(replies?.at(-1)?.[1]);
    },

    size: () => answered(redis, () => redis.scard(key)),

    async end() {
      await answered(redis, () => redis.del(key));
    },
  };
}
