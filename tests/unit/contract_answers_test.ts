import assert from "node:assert/strict";
import { Hono } from "@hono/hono";
import {
  ACTIVE_ASSET,
  DEAD_LETTER,
  FAILED_ASSET,
  SUBMITTED,
} from "../../dev/contracts/examples.ts";
import { failures } from "../../dev/contracts/failure_responses.ts";
import { assetAnswer, queueStatusAnswer } from "../../src/contract/answers.ts";
import { type AnswerErrorCode, ERROR_CODES, failure } from "../../src/contract/envelopes.ts";
import type { HttpEnv } from "../../src/http/env.ts";
import { HttpError, renderError } from "../../src/http/errors.ts";
import { requestContext } from "../../src/http/request_context.ts";
import { assertAnswer } from "../support/contract.ts";
import { quietLogger } from "../support/quiet_logger.ts";

const API = "http://127.0.0.1:3000";

/** An answer of that status whose head is in order. */
function answer(method: string, path: string, status: number, body: unknown) {
  const headers = new Headers({
    "Content-Type": "application/json; charset=UTF-8",
    "X-Request-Id": "request-1",
    "Location": `/api/assets/${ACTIVE_ASSET.assetId}`,
    "Retry-After": "5",
  });
  return { method, url: API + path, status, headers, body };
}

const succeeded = (data: unknown) => ({ success: true, data });

function failed(code: string, fields: Record<string, unknown> = {}) {
  return { success: false, error: { code, message: "No", requestId: "request-1", ...fields } };
}

/** How the server answers what failed with this code. */
async function rendered(code: AnswerErrorCode): Promise<Response> {
  const app = new Hono<HttpEnv>();
  app.onError(renderError);
  app.use(requestContext(quietLogger));
  app.get("/", () => {
    throw new HttpError(code);
  });
  return await app.request("/");
}

for (const code of ERROR_CODES) {
  Deno.test(`${code} is answered as the contract has it`, async () => {
    const response = await rendered(code);
    const body = await response.json();
    assert.deepEqual(failure.parse(body), body);
    const [documented] = Object.entries(failures(code));
    const { example } = documented?.[1].content?.["application/json"] ?? {};
    const { details: _, requestId, ...error } = example.error;
    assert.ok(requestId);
    assert.deepEqual(
      [String(response.status), body.error],
      [documented?.[0], { ...error, requestId: response.headers.get("X-Request-Id") }],
      "the document tells another story than src/http/errors.ts",
    );
  });
}

Deno.test("an answer that is documented passes", () => {
  const asset = `/api/assets/${ACTIVE_ASSET.assetId}`;
  for (const shown of [ACTIVE_ASSET, FAILED_ASSET]) {
    assertAnswer(answer("GET", asset, 200, succeeded(shown)));
    const page = { items: [shown], nextCursor: "abc" };
    assertAnswer(answer("GET", "/api/assets?limit=1", 200, succeeded(page)));
  }
  assertAnswer(answer("HEAD", asset, 200, null));
  assertAnswer(answer("DELETE", asset, 204, null));
  assertAnswer(answer("POST", `${asset}/retry`, 202, succeeded(SUBMITTED)));
  const replay = `/api/assets/dead-letter/${DEAD_LETTER.jobId}/replay`;
  assertAnswer(answer("POST", replay, 202, succeeded(SUBMITTED)));
  assertAnswer(answer("GET", "/readyz", 503, failed("SERVICE_UNAVAILABLE")));
  assertAnswer(answer("GET", "/nowhere", 404, failed("NOT_FOUND")));
});

Deno.test("an answer of an undocumented status, path or method is refused", () => {
  const cases = [
    answer("GET", "/livez", 503, failed("SERVICE_UNAVAILABLE")),
    answer("GET", "/livez", 201, succeeded({ status: "ok" })),
    answer("GET", "/nowhere", 200, succeeded({})),
    answer("GET", "/nowhere", 404, null),
    answer("PUT", "/livez", 404, succeeded({})),
    answer("PUT", "/livez", 405, failed("METHOD_NOT_ALLOWED")),
  ];
  for (const each of cases) assert.throws(() => assertAnswer(each), Deno.inspect(each));
});

Deno.test("an answer with another body or head than documented is refused", () => {
  const asset = `/api/assets/${ACTIVE_ASSET.assetId}`;
  const { status: _, ...incomplete } = ACTIVE_ASSET;
  const cases = [
    answer("GET", asset, 200, ACTIVE_ASSET),
    answer("GET", asset, 200, succeeded(incomplete)),
    answer("GET", asset, 200, succeeded({ ...ACTIVE_ASSET, imageName: "inner" })),
    answer("GET", asset, 200, succeeded({ ...ACTIVE_ASSET, status: "draft" })),
    answer("GET", asset, 200, succeeded({ ...ACTIVE_ASSET, createdAt: "today" })),
    answer("GET", asset, 200, { ...succeeded(ACTIVE_ASSET), more: true }),
    answer("GET", asset, 404, failed("FORBIDDEN")),
    answer("GET", asset, 404, failed("NOT_FOUND", { details: [] })),
    answer("GET", asset, 404, failed("NOT_FOUND", { stack: "at…" })),
    answer("GET", asset, 401, failed("UNAUTHORIZED")),
    answer("DELETE", asset, 204, {}),
  ];
  for (const each of cases) assert.throws(() => assertAnswer(each), Deno.inspect(each));
  for (const name of ["X-Request-Id", "Content-Type", "Location"]) {
    const each = answer("POST", `${asset}/retry`, 202, succeeded(SUBMITTED));
    each.headers.delete(name);
    assert.throws(() => assertAnswer(each), name);
  }
});

Deno.test("an asset that was analysed shows what was found, one that failed shows why", () => {
  const { aiMetadata, ...bare } = ACTIVE_ASSET;
  assert.ok(assetAnswer.safeParse({ ...bare, status: "processing" }).success);
  assert.ok(!assetAnswer.safeParse({ ...bare, aiMetadata: { ...aiMetadata, error: "x" } }).success);
  assert.ok(!assetAnswer.safeParse({ ...bare, aiMetadata: {} }).success);
  const failure = { ...FAILED_ASSET.failure, code: "internal_error" };
  assert.ok(!assetAnswer.safeParse({ ...FAILED_ASSET, failure }).success);
});

Deno.test("the queue's counts are whole numbers from 0", () => {
  const counts = { waiting: 0, active: 1, completed: 2, failed: 3, delayed: 4, deadLetter: 5 };
  assert.ok(queueStatusAnswer.safeParse(counts).success);
  for (const waiting of [-1, 0.5, "0", null, undefined]) {
    assert.ok(!queueStatusAnswer.safeParse({ ...counts, waiting }).success, `${waiting}`);
  }
});
