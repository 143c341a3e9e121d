import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./faults.ts";

const GOOD_TEXT = { value: "unknown", confidence: 0.1 };
const HUGE_BYTES = 2 * 1024 * 1024;

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
    case "huge":
      return jsonResponse(hugeBody());
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
function hugeBody(): ReadableStream<Uint8Array<ArrayBuffer>> {
  const answer = { brand: GOOD_TEXT, model: GOOD_TEXT, colorway: GOOD_TEXT };
  const rest = JSON.stringify({ ...answer, processedImageUrl: "https://example.com/huge.png" });
  return ReadableStream.from((function* () {
    const encoder = new TextEncoder();
    yield encoder.encode('{"padding":"');
    for (let sent = 0; sent < HUGE_BYTES; sent += 65_536) yield encoder.encode("x".repeat(65_536));
    yield encoder.encode(`",${rest.slice(1)}`);
  })());
}
