import assert from "node:assert/strict";
import { newUser, send, type User } from "../support/client.ts";
import { startPipeline } from "../support/pipeline.ts";

const PATH = "/api/assets/dead-letter/replay";
const REASON = "Reason must be one of: ai_rejected, ai_unauthorized, ai_unavailable, ai_timeout, " +
  "ai_bad_response, ai_rate_limited, deadline_exceeded, job_stalled";
const TIME = "OlderThan must be an ISO 8601 time with its zone, like 2025-12-28T10:30:00Z";
const LIMIT = "Limit must be a whole number from 1 to 1000";
const DRY_RUN = "DryRun must be true or false";
const UNKNOWN = "There is no such field; there are reason, olderThan, limit and dryRun";
const NO_OBJECT = "The body must be a JSON object";
const NO_JSON = "The body could not be read as JSON";

async function open() {
  const pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const admin = await newUser({ role: "admin" });
  const post = (
    body: BodyInit | null,
    contentType: string | undefined = "application/json",
    { token }: Pick<User, "token"> = admin,
  ) =>
    send(api + PATH, {
      method: "POST",
      headers: { "Authorization": `Bearer ${token}`, "Content-Type": contentType },
      body,
    });
  const bare = () => admin.post(api, PATH);
  return { pipeline, post, bare, api };
}

Deno.test("a bulk replay without a body, or with an empty one, is about all dead letters", async () => {
  const { pipeline, post, bare } = await open();
  await using _ = pipeline;
  const answers = [
    await bare(),
    await post(null),
    await post("", "text/plain"),
    await post(" \n"),
    await post("{}"),
    await post("{}", "Application/JSON; charset=utf-8"),
  ];
  for (const { status, body } of answers) {
    assert.equal(status, 202);
    assert.deepEqual(body, { success: true, data: { matched: 0, replayed: 0 } });
  }
});

Deno.test("every accepted filter is accepted", async () => {
  const { pipeline, post } = await open();
  await using _ = pipeline;
  const bodies = [
    { reason: "ai_timeout", olderThan: "2025-12-28T10:30:00.000Z", limit: 1000, dryRun: true },
    { olderThan: "2025-12-28T10:30:00+01:00", limit: 1, dryRun: false },
  ];
  for (const body of bodies) assert.equal((await post(JSON.stringify(body))).status, 202);
});

Deno.test("each fault of the filter is told by its field, all together; a field that is none, too", async () => {
  const { pipeline, post } = await open();
  await using _ = pipeline;
  const cases: [unknown, Record<string, string>][] = [
    [{ reason: "x", olderThan: "soon", limit: 0, dryRun: 1, older: 1, Limit: 5 }, {
      ...{ reason: REASON, olderThan: TIME, limit: LIMIT, dryRun: DRY_RUN },
      ...{ older: UNKNOWN, Limit: UNKNOWN },
    }],
    [{ reason: null, olderThan: null, limit: null, dryRun: null }, {
      ...{ reason: REASON, olderThan: TIME, limit: LIMIT, dryRun: DRY_RUN },
    }],
    ...[1001, -1, 1.5, "5", [5], 1e400, true].map((limit) =>
      [{ limit }, { limit: LIMIT }] as [unknown, Record<string, string>]
    ),
    ...[0, "2025-12-28", "2025-02-30T00:00:00Z", "2025-12-28T10:30:00", "", 1766917800000].map(
      (olderThan) => [{ olderThan }, { olderThan: TIME }] as [unknown, Record<string, string>],
    ),
    ...["true", 0, []].map((dryRun) =>
      [{ dryRun }, { dryRun: DRY_RUN }] as [unknown, Record<string, string>]
    ),
    ...[[], null, "{}", 5, true].map((body) =>
      [body, { body: NO_OBJECT }] as [unknown, Record<string, string>]
    ),
  ];
  for (const [wanted, faults] of cases) {
    const text = JSON.stringify(wanted);
    const { status, body } = await post(text);
    assert.equal(status, 400, text);
    const told: { field: string; message: string }[] = body.error.details;
    const byField = Object.fromEntries(told.map(({ field, message }) => [field, message]));
    assert.deepEqual(byField, faults, text);
  }
});

Deno.test("a body that is not JSON, or too large, names the field body", async () => {
  const { pipeline, post } = await open();
  await using _ = pipeline;
  const long = JSON.stringify({ reason: "x".repeat(16 * 1024) });
  const stream = ReadableStream.from([new TextEncoder().encode(long)]);
  const cases = [
    ...["{", "limit=5", "{limit:5}", "undefined", '{"limit":5}}', "[".repeat(10_000)].map(
      (body) => [body, NO_JSON] as const,
    ),
    ...[long, stream].map((body) => [body, "Maximum body size is 16KB"] as const),
  ];
  for (const [text, message] of cases) {
    const { status, body } = await post(text);
    assert.equal(status, 400);
    assert.deepEqual(body.error.details, [{ field: "body", message }]);
  }
});

Deno.test("a body of another content type is answered 415, saying which one is wanted", async () => {
  const { pipeline, post } = await open();
  await using _ = pipeline;
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"]) {
    const { status, body } = await post("{}", type);
    assert.equal(status, 415, type);
    assert.equal(body.error.code, "UNSUPPORTED_MEDIA_TYPE");
    assert.equal(body.error.message, "Send the request as application/json");
  }
});

Deno.test("the checks come in their order: method, token, role, content type, body", async () => {
  const { pipeline, post, api } = await open();
  await using _ = pipeline;
  for (const method of ["GET", "DELETE"]) {
    const { status, headers } = await send(api + PATH, { method });
    assert.deepEqual([status, headers.get("Allow")], [405, "POST"]);
  }
  const letter = await send(`${api}/api/assets/dead-letter/asset-1-1`, { method: "GET" });
  assert.deepEqual([letter.status, letter.headers.get("Allow")], [405, "DELETE"]);
  assert.equal((await post("{", "text/plain", { token: "bad" })).status, 401);
  assert.equal((await post("{", "text/plain", await newUser())).status, 403);
  assert.equal((await post("{", "text/plain")).status, 415);
  assert.equal((await post("{")).status, 400);
});
