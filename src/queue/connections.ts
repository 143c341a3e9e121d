import { Redis } from "ioredis";
import pTimeout from "p-timeout";
import type { Logger } from "../assets/ports.ts";
import { ConfigError } from "../config/config.ts";

/** The oldest Redis that BullMQ recommends: major, minor. */
export const OLDEST_REDIS = [6, 2] as const;

/** No answer for so long is none any more. */
const SILENCE_MS = 5000;

export interface RedisOptions {
  readonly url: string;
  /** What the connection is for; shown in the log and by CLIENT LIST. */
  readonly name: string;
  /**
   * While Redis is away, a connection that fails fast rejects commands at once, for a request that
   * somebody waits for; one that waits keeps them until Redis is back, for workers and events.
   */
  readonly whenAway: "fail" | "wait";
  /** It will subscribe to channels; other commands are not for it. */
  readonly isSubscriber?: boolean;
  readonly logger: Logger;
}

/** A connection that keeps trying to reach Redis until it is disconnected. */
export function connectRedis(
  { url, name, whenAway, isSubscriber = false, logger }: RedisOptions,
): Redis {
  const redis = new Redis(url, {
    connectionName: name,
    maxRetriesPerRequest: whenAway === "fail" ? 1 : null,
    enableOfflineQueue: whenAway === "wait",
    // The check's INFO fails once a SUBSCRIBE went ahead of it; ioredis then reconnects and forgets the subscriptions.
    enableReadyCheck: !isSubscriber,
    retryStrategy: (tries) => Math.min(tries * 100, 1000),
  });
  let isReported = false;
  const report = (fields: Record<string, unknown>, message: string) => {
    logger[isReported ? "debug" : "warn"]({ connection: name, ...fields }, message);
    isReported = true;
  };
  redis.on("ready", () => {
    isReported = false;
    logger.debug({ connection: name }, "Redis connected");
  });
  redis.on("error", (err) => report({ err }, "Redis does not answer"));
  reconnectOnSilence(redis);
  redis.on("reconnecting", () => report({}, "Redis connection lost"));
  return redis;
}

/** A server that vanished without a word is noticed by TCP alone only after a quarter of an hour. */
function reconnectOnSilence(redis: Redis): void {
  const check = async () => {
    if (redis.status !== "ready") return;
    const answer = redis.ping().catch(() => {});
    await pTimeout(answer, { milliseconds: SILENCE_MS, fallback: () => redis.disconnect(true) });
  };
  const timer = setInterval(check, SILENCE_MS);
  redis.once("end", () => clearInterval(timer));
}

/** Waits until Redis answers; rejects with the last error when `signal` ends it. */
export function openRedis(redis: Redis, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (redis.status === "ready") resolve();
  let reason: unknown;
  const remember = (error: Error) => reason = error;
  const giveUp = () => reject(reason ?? signal.reason);
  redis.on("error", remember);
  redis.once("ready", resolve);
  signal.addEventListener("abort", giveUp, { once: true });
  if (signal.aborted) giveUp();
  return promise.finally(() => {
    redis.off("error", remember);
    redis.off("ready", resolve);
    signal.removeEventListener("abort", giveUp);
  });
}

/** Throws a ConfigError when the connection leads to a Redis that is too old. */
export async function assertSupported(redis: Redis): Promise<void> {
  // A user of Redis may lack the right to ask; then we trust.
  const info = await redis.info("server").catch(() => "");
  const [, version, major, minor] = /^redis_version:((\d+)\.(\d+)\S*)/m.exec(info) ?? [];
  const isOlder = Number(major) < OLDEST_REDIS[0] ||
    (Number(major) === OLDEST_REDIS[0] && Number(minor) < OLDEST_REDIS[1]);
  if (!isOlder) return;
  throw new ConfigError([
    `REDIS_URL leads to Redis ${version}: it has to be ${OLDEST_REDIS.join(".")} or newer`,
  ]);
}
