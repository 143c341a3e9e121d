import { QueueKeys } from "bullmq";
import type { Redis } from "ioredis";
import type { JobState, QueueInspector } from "../assets/reconcile_ports.ts";
import { answered } from "./answered.ts";
import { AI_PROCESSING, DEAD_LETTERS } from "./job_catalogue.ts";

const FILLING = "filling";
const INTACT = "intact";

/**
 * Looks into BullMQ's keys, many jobs at once: its own `getState` reads the whole queue for each.
 * `redis` has to fail fast.
 */
export function createQueueInspector(
  { redis, prefix }: { redis: Redis; prefix: string },
): QueueInspector {
  const keys = new QueueKeys(prefix);
  const failed = keys.toKey(AI_PROCESSING, "failed");
  /** BullMQ's keys have one more part. */
  const mark = `${prefix}:${AI_PROCESSING}-filled`;

  return {
    async states(jobIds) {
      const pipeline = redis.pipeline();
      for (const jobId of jobIds) {
        const key = keys.toKey(AI_PROCESSING, jobId);
        pipeline.hmget(key, "timestamp", "finishedOn", "failedReason").zscore(failed, jobId);
      }
      const replies = await answered(redis, () => resultsOf(pipeline));
      return jobIds.map((_, place) => stateOf(replies[2 * place], replies[2 * place + 1]));
    },

    async lettersMissing(jobIds) {
      const pipeline = redis.pipeline();
      for (const jobId of jobIds) pipeline.exists(keys.toKey(DEAD_LETTERS, jobId));
      const exist = await answered(redis, () => resultsOf(pipeline));
      return jobIds.filter((_, place) => exist[place] === 0);
    },

    async letters(start, limit) {
      // The oldest is the last of the list.
      const wait = keys.toKey(DEAD_LETTERS, "wait");
      const found = await answered(redis, () => redis.lrange(wait, -start - limit, -start - 1));
      return found.reverse();
    },

    async isIntact() {
      return await answered(redis, () => redis.get(mark)) === INTACT;
    },

    async startRefill() {
      await answered(redis, () => redis.set(mark, FILLING));
    },

    async finishRefill() {
      await answered(redis, () => redis.set(mark, INTACT, "XX"));
    },
  };
}

async function resultsOf(pipeline: ReturnType<Redis["pipeline"]>): Promise<unknown[]> {
  const replies = await pipeline.exec() ?? [];
  return replies.map(([error, result]) => {
    if (error) throw error;
    return result;
  });
}

/** A job that failed an attempt has a reason too: only the set `failed` tells that it was the last. */
function stateOf(fields: unknown, failedAt: unknown): JobState {
  const [timestamp, finishedOn, reason] = fields as (string | null)[];
  if (!finishedOn) return { state: timestamp ? "live" : "absent" };
  return failedAt === null ? { state: "completed" } : { state: "failed", reason: reason ?? "" };
}
