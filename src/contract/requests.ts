import { z } from "zod";
import { CATEGORIES, FAILURE_CODES, STATUSES } from "../assets/asset.ts";
import { decodeCursor } from "./cursor.ts";

const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 20;

/** A parameter that was sent twice comes as an array. */
const onceOr = (name: string, message: string) => ({ input }: { input?: unknown }) =>
  Array.isArray(input) ? `Send exactly one ${name}` : message;

const limitFault = `Limit must be a whole number from 1 to ${MAX_LIMIT}`;

const limit = z.string({ error: onceOr("limit", limitFault) })
  .refine((text) => /^[1-9]\d*$/.test(text) && Number(text) <= MAX_LIMIT, { error: limitFault })
  .transform(Number)
  .default(DEFAULT_LIMIT)
  .meta({
    type: "integer",
    minimum: 1,
    maximum: MAX_LIMIT,
    description: `${DEFAULT_LIMIT} when it is not given`,
  });

const cursorFault = "Cursor must be the nextCursor of an earlier answer";

const cursor = z.string({ error: onceOr("cursor", cursorFault) })
  .refine((text) => decodeCursor(text), { error: cursorFault })
  .transform(decodeCursor)
  .optional()
  .meta({ description: "The nextCursor of the page before" });

/** The header Idempotency-Key; one that was sent twice comes as both, with a comma and a space between. */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/, {
  error: "Send one key of 1 to 255 visible ASCII characters, without spaces",
});

/** The query of GET /api/assets; parameters that are not named here are ignored. */
export const assetsQuery = z.object({
  status: z.enum(STATUSES, {
    error: onceOr("status", `Status must be one of: ${STATUSES.join(", ")}`),
  }).optional(),
  category: z.enum(CATEGORIES, {
    error: onceOr("category", `Category must be one of: ${CATEGORIES.join(", ")}`),
  }).optional(),
  limit,
  cursor,
});

/** The query of GET /api/assets/dead-letter. */
export const deadLettersQuery = z.object({ limit, cursor });

/** More would keep a request for longer than proxies wait; whoever wants more asks again. */
const MAX_REPLAYS = 1000;
const DEFAULT_REPLAYS = 100;

const replaysFault = `Limit must be a whole number from 1 to ${MAX_REPLAYS}`;

/** The body of POST /api/assets/dead-letter/replay: a misspelt filter must not replay everything. */
export const replayRequest = z.strictObject({
  reason: z.enum(FAILURE_CODES, { error: `Reason must be one of: ${FAILURE_CODES.join(", ")}` })
    .optional()
    .meta({ description: "Only those that failed for this reason" }),
  olderThan: z.iso.datetime({
    offset: true,
    error: "OlderThan must be an ISO 8601 time with its zone, like 2025-12-28T10:30:00Z",
  })
    .transform((text) => new Date(text))
    .optional()
    .meta({ description: "Only those that failed earlier than this" }),
  limit: z.int({ error: replaysFault })
    .min(1, { error: replaysFault })
    .max(MAX_REPLAYS, { error: replaysFault })
    .default(DEFAULT_REPLAYS)
    .meta({ description: `At most so many, who failed first; ${DEFAULT_REPLAYS} by itself` }),
  dryRun: z.boolean({ error: "DryRun must be true or false" })
    .default(false)
    .meta({ description: "Only count what would be replayed" }),
}, {
  error: ({ code }) =>
    code === "unrecognized_keys"
      ? "There is no such field; there are reason, olderThan, limit and dryRun"
      : "The body must be a JSON object",
});
