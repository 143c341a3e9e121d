import { z } from "zod";

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

/** The names this server reads; the permissions in deno.json and .env.example are held to them. */
export function variableNames(): string[] {
  return Object.keys(environmentSchema(false).shape);
}

function environmentSchema(development: boolean) {
  return z.object({
    APP_ENV: z.string().default("production"),
    REDIS_URL: required("redis://127.0.0.1:6379")
      .refine(isRedisUrl, "must look like redis://127.0.0.1:6379"),
    REDIS_HOST: z.string().optional(),
    REDIS_PORT: whole(1, 65_535).default(6379),
    MONGODB_URI: matching(/^mongodb(\+srv)?:\/\/[^\s]+$/, "mongodb://127.0.0.1:27017/collectibles"),
    CLOUDINARY_URL: requiredUnless(
      development,
      required("cloudinary://key:secret@cloud")
        .refine(isCloudinaryUrl, "must look like cloudinary://key:secret@cloud"),
    ),
    IMAGE_STORE_TIMEOUT_MS: milliseconds(15_000),
    AI_SERVICE_URL: required("https://ai.example.com")
      .refine(isBaseUrl, "must look like https://ai.example.com"),
    AI_SERVICE_TOKEN: z.string().optional(),
    AI_TIMEOUT_MS: milliseconds(90_000),
    JWT_SECRET: required().refine(
      (value) => new TextEncoder().encode(value).length >= 32,
      "must have at least 32 bytes, e.g. from: openssl rand -base64 48",
    ),
    PORT: whole(0, 65_535).default(3000),
    HOST: z.string().default(development ? "127.0.0.1" : "0.0.0.0"),
    QUEUE_PREFIX: matching(/^[^\s:]{1,64}$/, "bull").default("bull"),
    WORKER_CONCURRENCY: whole(1, 1000).default(5),
    JOB_ATTEMPTS: whole(1, 100).default(3),
    JOB_BACKOFF_MS: milliseconds(2000),
    JOB_TIMEOUT_MS: milliseconds(120_000),
    LOG_LEVEL: oneOf("debug", "info", "warn", "error", "fatal").default("info"),
    LOG_FORMAT: oneOf("json", "pretty").default(development ? "pretty" : "json"),
    STARTUP_TIMEOUT_MS: milliseconds(60_000),
    SHUTDOWN_GRACE_MS: milliseconds(25_000),
    LOCK_DURATION_MS: milliseconds(30_000, 1000),
    STALLED_INTERVAL_MS: milliseconds(30_000),
    RECONCILE_INTERVAL_MS: milliseconds(15_000),
  });
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
    worker: {
      concurrency: env.WORKER_CONCURRENCY,
      lockDurationMs: env.LOCK_DURATION_MS,
      stalledIntervalMs: env.STALLED_INTERVAL_MS,
    },
    attemptMs: env.JOB_TIMEOUT_MS,
    log: { level: env.LOG_LEVEL, format: env.LOG_FORMAT },
    startupTimeoutMs: env.STARTUP_TIMEOUT_MS,
    shutdownGraceMs: env.SHUTDOWN_GRACE_MS,
    reconcileIntervalMs: env.RECONCILE_INTERVAL_MS,
  };
}

function redisUrlOf(host?: string, port = "6379"): string | undefined {
  const isBareIpv6 = host?.includes(":") && !host.startsWith("[");
  return host && `redis://${isBareIpv6 ? `[${host}]` : host}:${port}`;
}

function isBaseUrl(text: string): boolean {
  return /^https?:\/\/[^\s?#]+$/.test(text) && URL.canParse(text);
}

function isRedisUrl(text: string): boolean {
  if (!/^rediss?:\/\/[^\s]+$/.test(text) || !URL.canParse(text)) return false;
  const { username, password, hostname, pathname } = new URL(text);
  return hostname !== "" && /^\/?\d*$/.test(pathname) && [username, password].every(isDecodable);
}

function isCloudinaryUrl(text: string): boolean {
  if (!/^cloudinary:\/\/[^\s#]+$/.test(text) || !URL.canParse(text)) return false;
  const { username, password, hostname, pathname, searchParams } = new URL(text);
  const prefix = searchParams.get("upload_prefix") ?? "https://api.cloudinary.com";
  const isWhole = username && password && hostname && pathname.length < 2;
  return Boolean(isWhole) && [username, password].every(isDecodable) &&
    /^https?:\/\/./.test(prefix);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function required(example?: string) {
  const like = example ? `, like ${example}` : "";
  return z.string({ error: `is required${like}` });
}

function matching(pattern: RegExp, example: string) {
  return required(example).regex(pattern, `must look like ${example}`);
}

function requiredUnless<T extends z.ZodType>(optional: boolean, schema: T) {
  return optional ? schema.optional() : schema;
}

function oneOf<const T extends readonly [string, ...string[]]>(...values: T) {
  return z.enum(values, { error: `must be one of ${values.join(", ")}` });
}

function whole(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z.string().regex(/^\d{1,10}$/, message).transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

function milliseconds(fallback: number, min = 1) {
  return whole(min, 3_600_000).default(fallback);
}
