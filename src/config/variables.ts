import { z } from "zod";
import {
  hasBytes,
  isBaseUrl,
  isCloudinaryUrl,
  isMongoUri,
  isRedisUrl,
  looksLike,
  milliseconds,
  oneOf,
  required,
  requiredUnless,
  whole,
} from "./values.ts";

/** All variables by what they are about, each with its rule, its default and its meaning. */
export function variableGroups(development: boolean) {
  return {
    "Where things are": {
      REDIS_URL: looksLike("redis://127.0.0.1:6379", isRedisUrl).describe(
        "redis://… or rediss://…, version 6.2 or newer; maxmemory-policy noeviction and AOF on",
      ),
      REDIS_HOST: z.string().optional().describe("or these two, when REDIS_URL is not set"),
      REDIS_PORT: whole(1, 65_535).default(6379),
      MONGODB_URI: looksLike("mongodb://127.0.0.1:27017/collectibles", isMongoUri).describe(
        "the database is the one this URI names; a standalone server will do",
      ),
      CLOUDINARY_URL: requiredUnless(
        development,
        looksLike("cloudinary://key:secret@cloud", isCloudinaryUrl),
      ).describe(
        "?upload_prefix= is honoured; in development without it, pictures go to .data/images",
      ),
      AI_SERVICE_URL: looksLike("https://ai.example.com", isBaseUrl).describe(
        "/analyze is appended",
      ),
      AI_SERVICE_TOKEN: z.string().optional().describe("sent to the AI service as a Bearer token"),
    },
    "The API": {
      JWT_SECRET: required().refine(
        (value) => hasBytes(value, 32),
        "must have at least 32 bytes, e.g. from: openssl rand -base64 48",
      ).describe("HS256 key of the access tokens, at least 32 bytes: openssl rand -base64 48"),
      PORT: whole(0, 65_535).default(3000),
      HOST: z.string().default(development ? "127.0.0.1" : "0.0.0.0").describe(
        "the address to listen at; in development 127.0.0.1",
      ),
      IMAGE_STORE_TIMEOUT_MS: milliseconds(15_000).describe(
        "for one call to Cloudinary, in milliseconds",
      ),
    },
    "The queue and its workers": {
      QUEUE_PREFIX: z.string().regex(/^[^\s:]{1,64}$/, "must look like bull").default("bull")
        .describe("of all keys in Redis"),
      WORKER_CONCURRENCY: whole(1, 1000).default(5).describe("jobs at once in one worker process"),
      JOB_ATTEMPTS: whole(1, 100).default(3).describe("tries of one job, the first included"),
      JOB_BACKOFF_MS: milliseconds(2000).describe(
        "the pause before the second try in milliseconds; it doubles from then on",
      ),
      JOB_TIMEOUT_MS: milliseconds(120_000).describe("for one try, in milliseconds"),
      LOCK_DURATION_MS: milliseconds(30_000, 1000).describe(
        "after a crash a job is taken up again once its lock has run out and two checks have seen " +
          "it, so at the latest after the lock's duration and twice the interval; in milliseconds",
      ),
      STALLED_INTERVAL_MS: milliseconds(30_000),
      QUEUE_MAX_WAITING: whole(0, 1_000_000_000).default(0).describe(
        "with so many jobs waiting, submissions and retries are answered 503; 0 turns it off",
      ),
      QUEUE_MAX_AGE_MS: whole(0, 1_000_000_000).default(0).describe(
        "the same once the first of them has waited for so long, in milliseconds; 0 turns it off",
      ),
      AI_TIMEOUT_MS: milliseconds(90_000).describe(
        "for one answer of the AI service, headers and body, in milliseconds",
      ),
    },
    "Running it": {
      APP_ENV: z.string().default("production").describe(
        "production, unless this says development (which only the dev tasks do)",
      ),
      LOG_LEVEL: oneOf("debug", "info", "warn", "error", "fatal").default("info").describe(
        "debug, info, warn, error or fatal",
      ),
      LOG_FORMAT: oneOf("json", "pretty").default(development ? "pretty" : "json").describe(
        "json, or pretty for a person",
      ),
      STARTUP_TIMEOUT_MS: milliseconds(60_000).describe(
        "how long Redis and MongoDB may stay away at the start, in milliseconds; then exit code 69",
      ),
      SHUTDOWN_GRACE_MS: milliseconds(25_000).describe(
        "how long requests and jobs under way may take after SIGTERM, in milliseconds",
      ),
      RECONCILE_INTERVAL_MS: milliseconds(15_000).describe(
        "how often unfinished assets are compared with the queue, in milliseconds",
      ),
      RECONCILE_AFTER_MS: milliseconds(60_000).describe(
        "and from what age, in milliseconds; it has to be more than IMAGE_STORE_TIMEOUT_MS",
      ),
    },
  };
}

/** The environment as one schema. */
export function environmentSchema(development: boolean) {
  const groups = variableGroups(development);
  return z.object({
    ...groups["Where things are"],
    ...groups["The API"],
    ...groups["The queue and its workers"],
    ...groups["Running it"],
  }).refine((env) => !(env.RECONCILE_AFTER_MS <= env.IMAGE_STORE_TIMEOUT_MS), {
    path: ["RECONCILE_AFTER_MS"],
    message: "must be more than IMAGE_STORE_TIMEOUT_MS: a younger draft may still be uploading",
    // Also beside the faults of other variables: all are told at once.
    when: () => true,
  });
}

/** The names this server reads; the permissions in deno.json and .env.example are held to them. */
export function variableNames(): string[] {
  return Object.keys(environmentSchema(false).shape);
}
