import type { Context } from "@hono/hono";
import { idempotencyKey } from "../contract/requests.ts";
import { HttpError } from "./errors.ts";

const HEADER = "Idempotency-Key";

/** The request's Idempotency-Key, if it has one; a VALIDATION_ERROR when it is none. */
export function readIdempotencyKey(c: Context): string | undefined {
  const parsed = idempotencyKey.optional().safeParse(c.req.header(HEADER));
  if (parsed.success) return parsed.data;
  throw new HttpError("VALIDATION_ERROR", {
    details: parsed.error.issues.map(({ message }) => ({ field: HEADER, message })),
  });
}
