import assert from "node:assert/strict";
import { type Config, ConfigError, parseConfig } from "../../src/config/config.ts";
import { variableNames } from "../../src/config/variables.ts";
import { textOf } from "../support/failures.ts";

const REQUIRED = {
  REDIS_URL: "redis://127.0.0.1:6379",
  MONGODB_URI: "mongodb://127.0.0.1:27017/collectibles",
  CLOUDINARY_URL: "cloudinary://key:secret@cloud",
  AI_SERVICE_URL: "https://ai.example.com",
  JWT_SECRET: "x".repeat(32),
};

function parse(env: Record<string, string | undefined> = {}): Config {
  return parseConfig({ ...REQUIRED, ...env });
}

function problemsOf(env: Record<string, string | undefined>): ConfigError {
  try {
    parseConfig(env);
  } catch (error) {
    assert.ok(error instanceof ConfigError, textOf(error));
    return error;
  }
  throw new Error(`Accepted: ${Deno.inspect(env)}`);
}

/** The variables at fault, by the first word of each problem. */
function faultsOf(env: Record<string, string | undefined>): string[] {
  return problemsOf(env).problems.map((problem) => problem.split(" ")[0] ?? "").sort();
}

function refuses(name: string, value: string): void {
  assert.deepEqual(faultsOf({ ...REQUIRED, [name]: value }), [name], `${name}=${value}`);
}

Deno.test("FR-003 T019 T038 T047 T049 the defaults are those of the contract", () => {
  assert.deepEqual(parse(), {
    development: false,
    redisUrl: REQUIRED.REDIS_URL,
    mongodbUri: REQUIRED.MONGODB_URI,
    images: {
      cloudinaryUrl: REQUIRED.CLOUDINARY_URL,
      timeoutMs: 15_000,
    },
    ai: { url: REQUIRED.AI_SERVICE_URL, token: undefined, timeoutMs: 90_000 },
    jwtSecret: REQUIRED.JWT_SECRET,
    http: { port: 3000, host: "0.0.0.0" },
    queue: { prefix: "bull", attempts: 3, backoffMs: 2000 },
    backPressure: { maxWaiting: 0, maxAgeMs: 0 },
    worker: { concurrency: 5, lockDurationMs: 30_000, stalledIntervalMs: 30_000 },
    attemptMs: 120_000,
    log: { level: "info", format: "json" },
    startupTimeoutMs: 60_000,
    shutdownGraceMs: 25_000,
    reconcile: { intervalMs: 15_000, afterMs: 60_000 },
  });
});

Deno.test("a draft that may still be uploading is none to repair: told beside all other faults", () => {
  const early = { IMAGE_STORE_TIMEOUT_MS: "20000", RECONCILE_AFTER_MS: "20000" };
  refuses("RECONCILE_AFTER_MS", "15000");
  assert.deepEqual(faultsOf({ ...REQUIRED, ...early, PORT: "x" }), ["PORT", "RECONCILE_AFTER_MS"]);
  assert.equal(parse({ ...early, RECONCILE_AFTER_MS: "20001" }).reconcile.afterMs, 20_001);
});

Deno.test("an empty value means unset", () => {
  const empty = Object.fromEntries(variableNames().map((name) => [name, ""]));
  assert.deepEqual(parse({ ...empty, ...REQUIRED }), parse());
  assert.deepEqual(faultsOf(empty), Object.keys(REQUIRED).sort());
});

Deno.test("every problem is told at once by its variable, and never with its value", () => {
  const secret = "hunter2";
  const takesAnyText = ["APP_ENV", "REDIS_HOST", "AI_SERVICE_TOKEN", "HOST"];
  const checked = variableNames().filter((name) => !takesAnyText.includes(name));
  const error = problemsOf(Object.fromEntries(checked.map((name) => [name, `${secret} ${name}`])));
  const told = error.problems.map((problem) => problem.split(" ")[0]);
  assert.deepEqual(told.sort(), checked.sort());
  for (const name of checked) assert.match(error.message, new RegExp(`\\b${name}\\b`));
  assert.ok(!textOf(error).includes(secret));
});

Deno.test("a problem says what to change", () => {
  assert.match(problemsOf({}).message, /REDIS_URL is required, like redis:\/\/127\.0\.0\.1:6379/);
  assert.match(problemsOf({ ...REQUIRED, PORT: "x" }).message, /PORT must be a whole number from/);
});

Deno.test("REDIS_HOST and REDIS_PORT stand in for REDIS_URL, which wins", () => {
  const redisUrl = (env: Record<string, string>) => parse({ REDIS_URL: "", ...env }).redisUrl;
  assert.equal(redisUrl({ REDIS_HOST: "cache" }), "redis://cache:6379");
  assert.equal(redisUrl({ REDIS_HOST: "cache", REDIS_PORT: "7000" }), "redis://cache:7000");
  assert.equal(redisUrl({ REDIS_HOST: "cache", REDIS_PORT: "" }), "redis://cache:6379");
  assert.equal(redisUrl({ REDIS_HOST: "cache", REDIS_URL: "redis://other" }), "redis://other");
  assert.deepEqual(faultsOf({ ...REQUIRED, REDIS_URL: "", REDIS_PORT: "7000" }), ["REDIS_URL"]);
});

Deno.test("an IPv6 address in REDIS_HOST is put in brackets", () => {
  assert.equal(parse({ REDIS_URL: "", REDIS_HOST: "::1" }).redisUrl, "redis://[::1]:6379");
  assert.equal(parse({ REDIS_URL: "", REDIS_HOST: "[::1]" }).redisUrl, "redis://[::1]:6379");
});

Deno.test("an address has to be of its service's kind", () => {
  assert.equal(parse({ REDIS_URL: "rediss://u:p@host:1/2" }).redisUrl, "rediss://u:p@host:1/2");
  const srv = "mongodb+srv://u:p@host/db?retryWrites=true";
  assert.equal(parse({ MONGODB_URI: srv }).mongodbUri, srv);
  const noRedis = ["http://127.0.0.1", "redis://", "redis://a b", "redis://:p@host:99999"];
  noRedis.push("redis://:p@:6379", "redis://:p%zz@host", "redis://host/database");
  for (const value of noRedis) refuses("REDIS_URL", value);
  for (const value of ["postgres://x", "mongodb://"]) refuses("MONGODB_URI", value);
  const noBase = ["ai.example.com", "ftp://x", "https://", "https://x?a=1", "https://x#a"];
  for (const value of noBase) refuses("AI_SERVICE_URL", value);
});

Deno.test("development needs no Cloudinary, stays on this machine and logs for a person", () => {
  const config = parse({ APP_ENV: "development", CLOUDINARY_URL: "" });
  assert.equal(config.development, true);
  assert.equal(config.images.cloudinaryUrl, undefined);
  assert.equal(config.http.host, "127.0.0.1");
  assert.equal(config.log.format, "pretty");
  const told = parse({ APP_ENV: "development", HOST: "::", LOG_FORMAT: "json" });
  assert.deepEqual([told.http.host, told.log.format], ["::", "json"]);
  assert.deepEqual(
    faultsOf({ ...REQUIRED, APP_ENV: "development", CLOUDINARY_URL: "x" }),
    ["CLOUDINARY_URL"],
  );
});

Deno.test("production needs Cloudinary, whichever way it is asked for", () => {
  for (const APP_ENV of ["", "production", "staging"]) {
    assert.equal(parse({ APP_ENV }).development, false);
    assert.deepEqual(faultsOf({ ...REQUIRED, APP_ENV, CLOUDINARY_URL: "" }), ["CLOUDINARY_URL"]);
  }
});

Deno.test("JWT_SECRET has at least 32 bytes, which are not characters", () => {
  assert.equal(parse({ JWT_SECRET: "é".repeat(16) }).jwtSecret, "é".repeat(16));
  refuses("JWT_SECRET", "x".repeat(31));
  refuses("JWT_SECRET", "é".repeat(15));
});

Deno.test("a number is whole, in digits and within its range", () => {
  assert.equal(parse({ PORT: "0" }).http.port, 0);
  assert.equal(parse({ PORT: "65535" }).http.port, 65_535);
  assert.equal(parse({ JOB_ATTEMPTS: "1" }).queue.attempts, 1);
  assert.equal(parse({ AI_TIMEOUT_MS: "3600000" }).ai.timeoutMs, 3_600_000);
  for (const value of ["-1", "1.5", "1e3", " 5", "5 ", "0x10", "Infinity", "٣"]) {
    for (const name of ["PORT", "REDIS_PORT", "WORKER_CONCURRENCY", "JOB_BACKOFF_MS"]) {
      refuses(name, value);
    }
  }
  refuses("PORT", "65536");
  for (const name of ["WORKER_CONCURRENCY", "JOB_ATTEMPTS", "AI_TIMEOUT_MS"]) refuses(name, "0");
  refuses("JOB_TIMEOUT_MS", "99999999999999999999");
});

Deno.test("CLOUDINARY_URL may carry an upload_prefix", () => {
  const account = REQUIRED.CLOUDINARY_URL;
  const prefixes = ["https%3A%2F%2Fapi-eu.cloudinary.com", "http://127.0.0.1:9/"];
  for (const prefix of prefixes) {
    const url = `${account}?upload_prefix=${prefix}`;
    assert.equal(parse({ CLOUDINARY_URL: url }).images.cloudinaryUrl, url);
  }
});

Deno.test("a CLOUDINARY_URL that cannot be used is refused at the start", () => {
  const unusable = [
    ...["https://key:secret@cloud", "cloudinary://cloud", "cloudinary://key@cloud"],
    ...["cloudinary://key:se/cret@cloud", "cloudinary://key:se#cret@cloud"],
    ...["cloudinary://key:se?cret@cloud", "cloudinary://key:100%@cloud"],
    "cloudinary://key:secret@cloud?upload_prefix=somewhere",
  ];
  for (const url of unusable) refuses("CLOUDINARY_URL", url);
});
