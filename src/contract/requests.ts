import { z } from "zod";
import { CATEGORIES, STATUSES } from "../assets/asset.ts";
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
