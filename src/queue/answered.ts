import type { Redis } from "ioredis";
import pTimeout from "p-timeout";
import { AssetError } from "../assets/errors.ts";

/** Redis answers in milliseconds; what takes longer than this is away or stopped. */
export const ANSWER_MS = 2000;

/** Sends a command on a connection that fails fast; throws `service_unavailable` when Redis is away. */
export async function answered<T>(redis: Redis, command: () => Promise<T>): Promise<T> {
  try {
    // BullMQ waits for a connection that was never there without an end of its own.
    if (redis.status !== "ready") throw new Error(`The connection is ${redis.status}`);
    return await pTimeout(command(), { milliseconds: ANSWER_MS });
  } catch (cause) {
    throw new AssetError("service_unavailable", "Redis did not answer", { cause });
  }
}
