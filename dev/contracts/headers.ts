import { z } from "zod";
import { requestId } from "../../src/contract/envelopes.ts";
import { idempotencyKey } from "../../src/contract/requests.ts";

/** Is on every answer. */
export const requestIdHeader = requestId.meta({
  header: { id: "X-Request-Id" },
  description: "Names this request in the server's log",
});

/** May be sent with every request. */
export const requestIdParameter = requestId.optional().meta({
  param: { id: "X-Request-Id", in: "header", name: "X-Request-Id" },
  description: "A name of your own for this request; one that does not fit is replaced",
});

/** May be sent with every request that an analysis follows. */
export const traceparentParameter = z.string().optional().meta({
  param: { id: "traceparent", in: "header", name: "traceparent" },
  description: "The W3C trace context; it is kept with the asset",
  examples: ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
});

export const idempotencyKeyParameter = idempotencyKey.optional().meta({
  param: { id: "Idempotency-Key", in: "header", name: "Idempotency-Key" },
  description: "A name of your own for this submission, such as a UUID. However often it is sent " +
    "within 24 hours, it is accepted once, and its 202 is given again. Any other answer leaves the " +
    "key free",
  examples: ["8e03978e-40d5-43dd-bc93-6894a57f9324"],
});

export const replayedHeader = z.literal("true").optional().meta({
  header: { id: "Idempotent-Replayed" },
  description: "Only where the Idempotency-Key's 202 is given again, also when the asset is gone",
});

export const locationHeader = z.string().regex(/^\/api\/assets\/[0-9a-f]{24}$/).meta({
  header: { id: "Location" },
  description: "Where the asset can be read",
});

export const challengeHeader = z.string().regex(/^Bearer/).meta({
  header: { id: "WWW-Authenticate" },
  description: 'Bearer, with error="invalid_token" when there was a token',
});

export const retryAfterHeader = z.string().regex(/^\d+$/).meta({
  header: { id: "Retry-After" },
  description: "Seconds until another try makes sense",
});

export const allowHeader = z.string().meta({
  header: { id: "Allow" },
  description: "The methods of this path",
});
