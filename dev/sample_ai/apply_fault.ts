import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./faults.ts";

const GOOD_TEXT = { value: "unknown", confidence: 0.1 };
const GOOD_ANSWER = {
  ...{ brand: GOOD_TEXT, model: GOOD_TEXT, colorway: GOOD_TEXT },
  processedImageUrl: "https://example.com/spoiled.png",
};
const BLOCK = new TextEncoder().encode("x".repeat(65_536));

/**
 * Spoils one call: returns the bad answer, or undefined when a good one is due (after "slow").
 * Waiting ends early when the fault is cleared or the service closes.
 */
export async function applyFault(
  fault: Fault,
  closing: AbortSignal,
): Promise<Response | undefined> {
  const { spec } = fault;
  const released = AbortSignal.any([fault.cleared, closing]);
  switch (spec.kind) {
    case "status":
      return Response.json({ error: `Status ${spec.status} on demand` }, { status: spec.status });
    case "rate_limit": {
      const headers = spec.retryAfter === undefined ? {} : { "retry-after": spec.retryAfter };
      return Response.json({ error: "Rate limit on demand" }, { status: 429, headers });
    }
    case "hang":
      await untilAborted(released);
      return Response.json({ error: "The hang was cleared" }, { status: 503 });
    case "slow":
      await delay(spec.delayMs, undefined, { signal: released }).catch(() => {});
      return undefined;
    case "redirect":
      return new Response(null, { status: 302, headers: { location: spec.location } });
    case "cut":
      return jsonResponse(cutBody(), { "content-length": "1000" });
    case "bad_json":
      return jsonResponse('{"brand": ');
    case "bad_schema":
      return Response.json({ brand: "unknown", model: { value: "unknown", confidence: 7 } });
    case "bad_utf8":
      return jsonResponse(new Uint8Array([0x22, 0xff, 0xfe, 0x22]));
    case "answer":
      return jsonResponse(spec.text);
    case "drip":
      return jsonResponse(drippingBody(spec.everyMs, released));
    case "huge":
      return jsonResponse(hugeBody(spec.bytes));
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

function jsonResponse(body: BodyInit, headers?: Record<string, string>): Response {
  return new Response(body, { headers: { "content-type": "application/json", ...headers } });
}

/** Begins well, then fails: the server drops the connection. */
function cutBody(): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from((async function* () {
    yield new TextEncoder().encode('{"brand":');
    throw new Error("Cut on demand");
  })());
}

/** Within the contract but for its size: an unknown key carries the weight. */
function hugeBody(bytes: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from((function* () {
    const encoder = new TextEncoder();
    yield encoder.encode('{"padding":"');
    for (let sent = 0; sent < bytes; sent += BLOCK.length) yield BLOCK;
    yield encoder.encode(`",${JSON.stringify(GOOD_ANSWER).slice(1)}`);
  })());
}

/** A good answer, of which the rest comes at once when the fault is cleared. */
function drippingBody(
  everyMs: number,
  released: AbortSignal,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from((async function* () {
    for (const byte of new TextEncoder().encode(JSON.stringify(GOOD_ANSWER))) {
      yield new Uint8Array([byte]);
      await delay(everyMs, undefined, { signal: released }).catch(() => {});
    }
  })());
}
