import { QueueKeys } from "bullmq";
import type { Redis } from "ioredis";
import type { MeasureBacklog } from "../assets/back_pressure.ts";
import { answered } from "./answered.ts";
import { AI_PROCESSING } from "./job_catalogue.ts";

/** Handed back, stalled and retried jobs may stand before the first that nobody has begun. */
const LOOK_AT = 1000;

const MINUTE_MS = 60_000;

/**
 * How many wait; when the first that was never begun was added; how many ended since ARGV[1]. What a
 * worker had before is passed over: its age tells of its earlier tries, not of the queue.
 */
const MEASURE = `
local ids = redis.call("LRANGE", KEYS[1], -ARGV[2], -1)
local added = false
for i = #ids, 1, -1 do
  local job = redis.call("HMGET", ARGV[3] .. ids[i], "processedOn", "timestamp")
  if not job[1] and job[2] then
    added = job[2]
    break
  end
end
local completed = redis.call("ZCOUNT", KEYS[2], ARGV[1], "+inf")
local failed = redis.call("ZCOUNT", KEYS[3], ARGV[1], "+inf")
return { redis.call("LLEN", KEYS[1]), added, completed + failed }`;

/** Measures what waits in `ai-processing` in one step, on a connection that fails fast. */
export function createBacklogGauge(
  { redis, prefix }: { redis: Redis; prefix: string },
): MeasureBacklog {
  const keys = new QueueKeys(prefix);
  const keyOf = (type: string) => keys.toKey(AI_PROCESSING, type);
  const [wait, completed, failed] = [keyOf("wait"), keyOf("completed"), keyOf("failed")];
  const jobs = keyOf("");
  return async () => {
    const since = Date.now() - MINUTE_MS;
    const measure = () => redis.eval(MEASURE, 3, wait, completed, failed, since, LOOK_AT, jobs);
    const [waiting, added, endedInMinute] = await answered(redis, measure) as [
      ...[number, string | null, number],
    ];
    return { waiting, endedInMinute, ...(added && { firstSubmittedAt: new Date(Number(added)) }) };
  };
}
