import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { createHttpAiService, type HttpAiServiceOptions } from "../../src/ai/http_ai_service.ts";
import { assetErrorOf } from "../support/failures.ts";
import { serveAnswers, serveRawText } from "../support/http_answers.ts";
import { ANALYSIS } from "../support/memory_ports.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";

const PICTURE = {
  imageUrl: "https://images.example.com/a.png?x=1&y=ü",
  category: "camera",
  idempotencyKey: "asset-507f1f77bcf86cd799439011-1-1",
} as const;
const LIMIT = 1024 * 1024;

function analyze(url: string, options: Partial<HttpAiServiceOptions> = {}) {
  const defaults = { token: undefined, timeoutMs: 15_000, allowLoopback: false };
  const ai = createHttpAiService({ url, ...defaults, ...options });
  return ai.analyze(PICTURE, new AbortController().signal);
}

/** What becomes of a service's answer. */
async function analyzed(answer: unknown, options: Partial<HttpAiServiceOptions> = {}) {
  await using service = serveAnswers(() =>
    answer instanceof Response ? answer : Response.json(answer)
  );
  return await analyze(service.url, options);
}

async function refuses(answer: unknown, options: Partial<HttpAiServiceOptions> = {}) {
  await assetErrorOf(analyzed(answer, options), "ai_bad_response");
}

Deno.test("FR-012 US3.1 T046 T047 the call is the one of the contract, to the letter", async () => {
  const seen: unknown[] = [];
  await using service = serveAnswers(async (request) => {
    const { method, headers } = request;
    const { pathname, search } = new URL(request.url);
    const names = ["content-type", "idempotency-key", "authorization"];
    const sent = names.map((name) => headers.get(name));
    seen.push([method, pathname + search, ...sent, await request.json()]);
    return Response.json(ANALYSIS);
  });
  const { imageUrl, category, idempotencyKey } = PICTURE;
  const body = { imageUrl, category };
  const call = (
    path: string,
    token: string | null,
  ) => ["POST", path, "application/json", idempotencyKey, token, body];

  await analyze(service.url);
  await analyze(`${service.url}/`, { token: "" });
  await analyze(`${service.url}/v1/ai//`, { token: "a-token" });
  assert.deepEqual(seen, [
    call("/analyze", null),
    call("/analyze", null),
    call("/v1/ai/analyze", "Bearer a-token"),
  ]);
});

Deno.test("T039 T048 an answer is taken without the keys that are not agreed", async () => {
  const { brand, ...rest } = ANALYSIS;
  const answer = { ...rest, brand: { ...brand, source: "logo" }, price: 100, constructor: "x" };
  assert.deepEqual(await analyzed(answer), ANALYSIS);
});

Deno.test("texts are capped at 200 characters, and stay text", async () => {
  const brand = (value: string) => ({ ...ANALYSIS, brand: { value, confidence: 1 } });
  assert.equal((await analyzed(brand("x".repeat(201)))).brand.value, "x".repeat(200));
  assert.equal((await analyzed(brand("é".repeat(200)))).brand.value, "é".repeat(200));
  assert.equal((await analyzed(brand(""))).brand.value, "");
  const { value } = (await analyzed(brand(`${"x".repeat(199)}😀`))).brand;
  assert.ok(value.isWellFormed(), "A character was cut in two");
  assert.ok(value.length <= 200);
});

Deno.test("a confidence lies from 0 to 1", async () => {
  const model = (confidence: unknown) => ({ ...ANALYSIS, model: { value: "x", confidence } });
  for (const confidence of [0, 0.5, 1]) {
    assert.equal((await analyzed(model(confidence))).model.confidence, confidence);
  }
  for (const confidence of [-0.1, 1.1, "0.5", null, undefined]) await refuses(model(confidence));
});

Deno.test("an answer that lacks something, or is something else, is out of contract", async () => {
  const { colorway: _, ...incomplete } = ANALYSIS;
  const others = [null, [], "text", 42, {}, incomplete, [ANALYSIS]];
  for (const answer of others) await refuses(answer);
  await refuses({ ...ANALYSIS, brand: "Nike" });
  await refuses({ ...ANALYSIS, brand: { value: 1, confidence: 1 } });
  await refuses(new Response(""));
  await refuses(new Response(null, { status: 204 }));
  await refuses(new Response("<html></html>", { headers: { "content-type": "text/html" } }));
  const notUtf8 = JSON.stringify(ANALYSIS).replace("Nike", "Nik\xe9");
  await refuses(new Response(Uint8Array.from(notUtf8, (character) => character.charCodeAt(0))));
});

Deno.test("the processed image is at an https address, in development also on this machine", async () => {
  const at = (processedImageUrl: unknown) => ({ ...ANALYSIS, processedImageUrl });
  const here = "http://127.0.0.1:1/a.png";
  assert.equal((await analyzed(at(here), { allowLoopback: true })).processedImageUrl, here);
  await refuses(at(here));
  for (
    const url of ["http://example.com/a.png", "http://10.0.0.1/", "ftp://x/", "/a.png", "", null]
  ) {
    await refuses(at(url));
    await refuses(at(url), { allowLoopback: true });
  }
});

Deno.test("a redirect is an answer out of contract and is not followed", async () => {
  for (const status of [300, 301, 302, 303, 307, 308]) {
    const paths: string[] = [];
    await using service = serveAnswers((request) => {
      paths.push(new URL(request.url).pathname);
      if (paths.length > 1) return Response.json(ANALYSIS);
      return new Response(null, { status, headers: { location: "/elsewhere" } });
    });
    await assetErrorOf(analyze(service.url), "ai_bad_response");
    assert.deepEqual(paths, ["/analyze"]);
  }
});

Deno.test("1 MiB is read and not a byte more", async () => {
  const text = JSON.stringify(ANALYSIS);
  const padded = (size: number) => new Response(text + " ".repeat(size - text.length));
  assert.deepEqual(await analyzed(padded(LIMIT)), ANALYSIS);
  await refuses(padded(LIMIT + 1));
});

Deno.test("what counts is the size of an answer once it is unpacked", async () => {
  const text = JSON.stringify(ANALYSIS) + " ".repeat(4 * LIMIT);
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = await new Response(packed).arrayBuffer();
  assert.ok(bytes.byteLength < LIMIT);
  await refuses(new Response(bytes, { headers: { "content-encoding": "gzip" } }));
});

Deno.test("an answer without end is read no further than the limit", async () => {
  const chunk = new Uint8Array(65_536).fill(0x20);
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
  await refuses(new Response(endless));
});

Deno.test("an answer that drips in too slowly is given up at the deadline", async () => {
  const letGo = new AbortController();
  using _ = { [Symbol.dispose]: () => letGo.abort() };
  async function* drip() {
    while (!letGo.signal.aborted) {
      yield new TextEncoder().encode(" ");
      await pause(10);
    }
  }
  const answer = new Response(ReadableStream.from(drip()));
  await assetErrorOf(analyzed(answer, { timeoutMs: 100 }), "ai_timeout");
});

Deno.test("a connection that is cut before the answer is a service that is unavailable", async () => {
  await using service = serveAnswers(() => {
    proxy.cut();
    return Response.json(ANALYSIS);
  });
  await using proxy = startTcpProxy(service.url);
  await assetErrorOf(analyze(proxy.url), "ai_unavailable");
});

Deno.test("an answer of a failing service keeps its code when its body is cut", async () => {
  for (const [status, code] of [[422, "ai_rejected"], [503, "ai_unavailable"]] as const) {
    await using service = serveRawText(`HTTP/1.1 ${status} X\r\nContent-Length: 1000\r\n\r\n{`);
    await assetErrorOf(analyze(service.url), code);
  }
});
