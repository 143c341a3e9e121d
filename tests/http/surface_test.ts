import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { form, newUser, send } from "../support/client.ts";
import { startFakeCloudinary } from "../support/fake_cloudinary.ts";
import { photo } from "../support/photos.ts";
import { startPipeline } from "../support/pipeline.ts";
import { newUserId } from "../support/tokens.ts";

Deno.test("an unknown route and a malformed id are 404, with and without a token", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  for (const path of ["/", "/nothing", "/api/assets/", "/api/assets/not-an-id", "/images/x.png"]) {
    for (const answer of [await send(api + path), await user.get(api, path)]) {
      assert.equal(answer.status, 404, path);
      const { requestId, ...error } = answer.body.error;
      assert.deepEqual(error, { code: "NOT_FOUND", message: "Not found" });
      assert.equal(requestId, answer.headers.get("X-Request-Id"));
    }
  }
});

Deno.test("another method on a route is 405 with Allow, and needs no token", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const cases = [
    ["/api/assets/analyze-queue", "GET", "POST"],
    ["/api/assets/analyze-queue", "DELETE", "POST"],
    [`/api/assets/${newUserId()}`, "PUT", "GET, HEAD, DELETE"],
    ["/api/assets", "POST", "GET, HEAD"],
    [`/api/assets/${newUserId()}/retry`, "GET", "POST"],
    ["/api/assets/queue-status", "DELETE", "GET, HEAD"],
    ["/api/assets/dead-letter", "POST", "GET, HEAD"],
    ["/api/assets/dead-letter/asset-1-1/replay", "GET", "POST"],
    ["/livez", "POST", "GET, HEAD"],
  ] as const;
  for (const [path, method, allow] of cases) {
    const { status, headers, body } = await send(api + path, { method });
    assert.equal(status, 405, `${method} ${path}`);
    assert.equal(headers.get("Allow"), allow);
    assert.equal(body.error.code, "METHOD_NOT_ALLOWED");
  }
});

Deno.test("an offer to upgrade to HTTP/2 is passed over: the request is answered, with its body", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const { token } = await newUser();
  const upload = new Response(
    form([["category", "camera"], ["image", await photo("camera.png")]]),
  );
  // As Java's HttpClient does by default; fetch cannot.
  const sent = request(`${api}/api/assets/analyze-queue`, {
    method: "POST",
    headers: {
      "Authorization": `Bearer ${token}`,
      "Content-Type": upload.headers.get("Content-Type") ?? "",
      "Connection": "Upgrade, HTTP2-Settings",
      "Upgrade": "h2c",
      "HTTP2-Settings": "AAMAAABkAAQCAAAAAAIAAAAA",
    },
  });
  sent.end(await upload.bytes());
  const [{ statusCode }] = await once(sent, "response", { signal: AbortSignal.timeout(15_000) });
  sent.destroy();
  assert.equal(statusCode, 202);
});

Deno.test("a request id of the client's is kept when it is one, else made", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const answered = async (id: string) =>
    (await send(`${api}/livez`, { headers: { "X-Request-Id": id } })).headers.get("X-Request-Id");
  assert.equal(await answered("Abc-1.2_3"), "Abc-1.2_3");
  assert.equal(await answered("a".repeat(128)), "a".repeat(128));
  for (const bad of ["a".repeat(129), "a b", "<script>", ""]) {
    const made = await answered(bad);
    assert.notEqual(made, bad);
    assert.match(made ?? "", /^[0-9a-f-]{36}$/);
  }
});

Deno.test("the request id and the trace travel on the asset", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const headers = { "X-Request-Id": "follow-me", traceparent };
  assert.equal((await user.submit(api, undefined, headers)).status, 202);
  assert.equal((await user.submit(api, undefined, { traceparent: "00-0-0-0" })).status, 202);
  const [followed, other] = await pipeline.documents();
  assert.equal(followed?.["requestId"], "follow-me");
  assert.equal(followed?.["traceparent"], traceparent);
  assert.equal(other?.["traceparent"], undefined);
});

Deno.test("livez, healthz and readyz answer while all is well", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  for (const path of ["/livez", "/healthz"]) {
    const { status, body } = await send(api + path);
    assert.deepEqual([status, body], [200, { success: true, data: { status: "ok" } }]);
  }
  const { status, body } = await send(`${api}/readyz`);
  assert.deepEqual([status, body], [200, { success: true, data: { status: "ready" } }]);
});

Deno.test("an image store that refuses is 503, and nothing half-made stays", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  pipeline.cloudinary.fault = () =>
    Response.json({ error: { message: "secret-detail" } }, { status: 500 });
  const { status, headers, body } = await user.submit(api);
  assert.equal(status, 503);
  assert.equal(body.error.code, "SERVICE_UNAVAILABLE");
  assert.match(headers.get("Retry-After") ?? "", /^\d+$/);
  assert.ok(!JSON.stringify(body).includes("secret-detail"));
  assert.deepEqual(await pipeline.documents(), []);
  assert.equal(await pipeline.queue.count(), 0);

  pipeline.cloudinary.fault = undefined;
  assert.equal((await user.submit(api)).status, 202);
});

Deno.test("an image store that is not there is 503, and nothing half-made stays", async () => {
  const gone = startFakeCloudinary();
  await gone[Symbol.asyncDispose]();
  await using pipeline = await startPipeline({
    workers: 0,
    env: { CLOUDINARY_URL: gone.cloudinaryUrl },
  });
  const [api = ""] = pipeline.apiUrls;
  const { status, body } = await (await newUser()).submit(api);
  assert.equal(status, 503);
  assert.equal(body.error.code, "SERVICE_UNAVAILABLE");
  assert.deepEqual(await pipeline.documents(), []);
  assert.equal(await pipeline.queue.count(), 0);
});

Deno.test("an image store that does not answer is 503; a draft nobody sees keeps the image's name", async () => {
  await using pipeline = await startPipeline({
    workers: 0,
    env: { IMAGE_STORE_TIMEOUT_MS: "300" },
  });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  pipeline.cloudinary.fault = () => new Promise<Response>(() => {});
  assert.equal((await user.submit(api)).status, 503);
  const [draft, ...others] = await pipeline.documents();
  assert.equal(draft?.["status"], "draft");
  assert.deepEqual(others, []);
  assert.equal((await user.get(api, `/api/assets/${draft["_id"]}`)).status, 404);
  assert.equal(await pipeline.queue.count(), 0);
});

Deno.test("E3 a picture that the image store cannot read is a fault of the field image", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  pipeline.cloudinary.fault = () =>
    Response.json({ error: { message: "Invalid image file" } }, { status: 400 });
  const { status, body } = await (await newUser()).submit(api);
  assert.equal(status, 400);
  assert.deepEqual(body.error.details, [
    { field: "image", message: "The image could not be read: it may be damaged" },
  ]);
  assert.deepEqual(await pipeline.documents(), []);
});
