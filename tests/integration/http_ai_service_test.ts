import assert from "node:assert/strict";
import { type SampleAi, startSampleAi } from "../../dev/sample_ai/server.ts";
import { createHttpAiService } from "../../src/ai/http_ai_service.ts";
import { warnIfUnreachable } from "../../src/ai/reachable.ts";
import type { ErrorCode } from "../../src/assets/errors.ts";
import { postJson, readPhoto, servePictures } from "../dev/sample_ai_harness.ts";
import { assetErrorOf, textOf } from "../support/failures.ts";
import { recordLogs } from "../support/recorded_logs.ts";
import { until } from "../support/until.ts";

const PICTURE = {
  imageUrl: "https://images.example.com/a.png",
  category: "camera",
  idempotencyKey: "asset-507f1f77bcf86cd799439011-1-1",
} as const;
const TOKEN = "a-token-nobody-may-see";

function analyze(
  { url }: { url: string },
  { imageUrl = PICTURE.imageUrl, timeoutMs = 60_000, signal = new AbortController().signal }: {
    imageUrl?: string;
    timeoutMs?: number;
    signal?: AbortSignal;
  } = {},
) {
  const ai = createHttpAiService({ url, token: TOKEN, timeoutMs, allowLoopback: true });
  return ai.analyze({ ...PICTURE, imageUrl }, signal);
}

/** Calls the sample service, spoiled by one fault. */
async function analyzeWith(service: SampleAi, fault: Record<string, unknown>, timeoutMs = 60_000) {
  const added = await postJson(`${service.url}/faults`, { times: 1, ...fault });
  assert.equal(added.status, 201, await added.text());
  return analyze(service, { timeoutMs });
}

async function callsOf({ url }: SampleAi) {
  return (await (await fetch(`${url}/calls`)).json()).calls;
}

Deno.test("FR-012 T039 T046 the sample service analyses a picture of this machine", async () => {
  await using service = await startSampleAi({});
  await using host = servePictures({ "coffee.png": await readPhoto("coffee.png") });
  const imageUrl = `${host.url}/coffee.png`;
  const analysis = await analyze(service, { imageUrl });
  const { processedImageUrl, ...detected } = analysis;
  assert.deepEqual(Object.keys(detected), ["brand", "model", "colorway"]);
  assert.equal(detected.colorway.value, "brown / red / orange");
  assert.equal((await (await fetch(processedImageUrl)).bytes()).length > 0, true);

  const [call, ...more] = await callsOf(service);
  assert.deepEqual(more, []);
  assert.deepEqual(call.body, { imageUrl, category: "camera" });
  assert.deepEqual([call.idempotencyKey, call.authorization], [PICTURE.idempotencyKey, true]);
});

const CODE_BY_STATUS: Record<number, ErrorCode> = {
  ...{ 400: "ai_rejected", 402: "ai_rejected", 404: "ai_rejected", 409: "ai_rejected" },
  ...{ 410: "ai_rejected", 413: "ai_rejected", 415: "ai_rejected", 422: "ai_rejected" },
  ...{ 451: "ai_rejected", 499: "ai_rejected", 401: "ai_unauthorized", 403: "ai_unauthorized" },
  ...{ 408: "ai_unavailable", 425: "ai_unavailable", 429: "ai_rate_limited" },
  ...{ 500: "ai_unavailable", 501: "ai_unavailable", 502: "ai_unavailable" },
  ...{ 503: "ai_unavailable", 504: "ai_unavailable", 599: "ai_unavailable" },
};

Deno.test("each status has the code of the contract, final only if no retry can mend it", async () => {
  await using service = await startSampleAi({});
  for (const [status, code] of Object.entries(CODE_BY_STATUS)) {
    const fault = { kind: "status", status: Number(status) };
    const { cause, retryable, ...error } = await assetErrorOf(analyzeWith(service, fault), code);
    assert.ok(textOf(cause).includes(status), status);
    const isAway = ["502", "503", "504"].includes(status);
    assert.equal(error.service, isAway ? "away" : "answers", status);
    assert.equal(retryable, code !== "ai_rejected" && code !== "ai_unauthorized", status);
  }
  assert.equal((await callsOf(service)).length, Object.keys(CODE_BY_STATUS).length);
});

Deno.test("what an operator may have got wrong is named in the cause", async () => {
  await using service = await startSampleAi({});
  for (
    const [status, variable] of [
      [401, "AI_SERVICE_TOKEN"],
      [403, "AI_SERVICE_TOKEN"],
      [404, "AI_SERVICE_URL"],
      [405, "AI_SERVICE_URL"],
      [501, "AI_SERVICE_URL"],
      [422, undefined],
    ] as const
  ) {
    const code = CODE_BY_STATUS[status] ?? "ai_rejected";
    const { cause } = await assetErrorOf(analyzeWith(service, { kind: "status", status }), code);
    assert.equal(/\b[A-Z_]{5,}\b/.exec(String(cause))?.[0], variable, String(cause));
  }
});

Deno.test("an AI service that nobody runs is warned of, one that listens is not", async () => {
  const { logger, lines } = recordLogs();
  const service = await startSampleAi({});
  await warnIfUnreachable(service.url, logger);
  assert.equal(lines.length, 0);
  await service[Symbol.asyncDispose]();
  for (const url of [service.url, "https://ai.invalid"]) await warnIfUnreachable(url, logger);
  assert.deepEqual(
    lines.map(({ message, fields }) => [message.split(":")[0], fields["address"]]),
    [
      ["Nothing answers where AI_SERVICE_URL points", new URL(service.url).host],
      ["Nothing answers where AI_SERVICE_URL points", "ai.invalid:443"],
    ],
  );
});

Deno.test("T046 no error shows the token", async () => {
  await using service = await startSampleAi({});
  for (const kind of ["status", "cut", "bad_json", "bad_schema", "huge", "redirect"]) {
    const code = kind === "status" ? "ai_unavailable" : "ai_bad_response";
    const error = await assetErrorOf(analyzeWith(service, { kind }), code);
    assert.ok(!textOf(error).includes(TOKEN), textOf(error));
  }
});

for (const kind of ["cut", "bad_json", "bad_schema", "huge"]) {
  Deno.test(`an answer of the kind ${kind} is out of contract`, async () => {
    await using service = await startSampleAi({});
    const error = await assetErrorOf(analyzeWith(service, { kind }), "ai_bad_response");
    assert.deepEqual([error.retryable, error.service], [true, "answers"]);
  });
}

Deno.test("a rate limit has its own code, with or without Retry-After", async () => {
  await using service = await startSampleAi({});
  for (const retryAfter of [{}, { retryAfter: "7" }]) {
    const fault = { kind: "rate_limit", ...retryAfter };
    const error = await assetErrorOf(analyzeWith(service, fault), "ai_rate_limited");
    assert.equal(error.service, "answers");
  }
});

Deno.test("T038 T047 an answer that does not come is given up at the deadline", async () => {
  await using service = await startSampleAi({});
  for (const fault of [{ kind: "hang" }, { kind: "slow", delayMs: 60_000 }]) {
    const error = await assetErrorOf(analyzeWith(service, fault, 100), "ai_timeout");
    assert.equal(error.service, "away");
  }
});

Deno.test("an answer that comes within the deadline is taken, however slow", async () => {
  await using service = await startSampleAi({});
  await using host = servePictures({ "camera.png": await readPhoto("camera.png") });
  await postJson(`${service.url}/faults`, { kind: "slow", delayMs: 200 });
  const { brand } = await analyze(service, { imageUrl: `${host.url}/camera.png` });
  assert.equal(brand.value, "unknown");
});

Deno.test("a call ends when its caller gives up", async () => {
  await using service = await startSampleAi({});
  await postJson(`${service.url}/faults`, { kind: "hang" });
  const caller = new AbortController();
  const failing = assetErrorOf(analyze(service, { signal: caller.signal }), "ai_timeout");
  await until("the call has arrived", async () => (await callsOf(service)).length === 1);
  const reason = new Error("The worker stops");
  caller.abort(reason);
  const { cause, retryable } = await failing;
  assert.deepEqual([cause, retryable], [reason, true]);
});

Deno.test("a caller that has already given up makes no call", async () => {
  await using service = await startSampleAi({});
  const signal = AbortSignal.abort(new Error("The worker stops"));
  await assetErrorOf(analyze(service, { signal }), "ai_timeout");
  assert.deepEqual(await callsOf(service), []);
});

Deno.test("E2 a service that is not there is unavailable", async () => {
  const service = await startSampleAi({});
  await service[Symbol.asyncDispose]();
  const { cause, ...error } = await assetErrorOf(analyze(service), "ai_unavailable");
  assert.ok(cause instanceof Error);
  assert.equal(error.service, "away");
  assert.ok(!textOf(cause).includes(TOKEN));
});
