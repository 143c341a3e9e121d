import type { z } from "zod";
import { environmentSchema } from "./variables.ts";

/** The environment as it was told, every value checked. Made once, in the entry files. */
export type Config = Readonly<ReturnType<typeof toConfig>>;

/** Every problem of the environment at once, by variable name and never with a value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(readonly problems: readonly string[]) {
    super(`Configuration is invalid: ${problems.join("; ")}`);
  }
}

/**
 * Reads the configuration from environment variables (contract, "Environment"; .env.example).
 * An empty value means unset. Throws a ConfigError.
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  set["REDIS_URL"] ??= redisUrlOf(set["REDIS_HOST"], set["REDIS_PORT"]);
  const parsed = environmentSchema(set["APP_ENV"] === "development").safeParse(set);
  if (parsed.success) return toConfig(parsed.data);
  throw new ConfigError(
    parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`),
  );
}

function toConfig(env: z.output<ReturnType<typeof environmentSchema>>) {
  const development = env.APP_ENV === "development";
  return {
    development,
    redisUrl: env.REDIS_URL,
    mongodbUri: env.MONGODB_URI,
    images: {
      cloudinaryUrl: env.CLOUDINARY_URL,
      timeoutMs: env.IMAGE_STORE_TIMEOUT_MS,
    },
    ai: { url: env.AI_SERVICE_URL, token: env.AI_SERVICE_TOKEN, timeoutMs: env.AI_TIMEOUT_MS },
    jwtSecret: env.JWT_SECRET,
    http: { port: env.PORT, host: env.HOST },
    queue: {
      prefix: env.QUEUE_PREFIX,
      attempts: env.JOB_ATTEMPTS,
      backoffMs: env.JOB_BACKOFF_MS,
    },
    backPressure: { maxWaiting: env.QUEUE_MAX_WAITING, maxAgeMs: env.QUEUE_MAX_AGE_MS },
    worker: {
      concurrency: env.WORKER_CONCURRENCY,
      lockDurationMs: env.LOCK_DURATION_MS,
      stalledIntervalMs: env.STALLED_INTERVAL_MS,
    },
    attemptMs: env.JOB_TIMEOUT_MS,
    log: { level: env.LOG_LEVEL, format: env.LOG_FORMAT },
    startupTimeoutMs: env.STARTUP_TIMEOUT_MS,
    shutdownGraceMs: env.SHUTDOWN_GRACE_MS,
    reconcile: { intervalMs: env.RECONCILE_INTERVAL_MS, afterMs: env.RECONCILE_AFTER_MS },
  };
}

/** The address that REDIS_HOST and REDIS_PORT stand for. */
export function redisUrlOf(host?: string, port = "6379"): string | undefined {
  const isBareIpv6 = host?.includes(":") && !host.startsWith("[");
  return host && `redis://${isBareIpv6 ? `[${host}]` : host}:${port}`;
}
