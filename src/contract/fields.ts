import { z } from "zod";
import { CATEGORIES, FAILURE_CODES, STATUSES } from "../assets/asset.ts";
import { isImageUrl } from "../assets/image_url.ts";

/** A MongoDB ObjectId, as a token's `sub` and every answer write it. */
export const objectId = z.string().regex(/^[0-9a-f]{24}$/);

/** Names an asset and one of its runs. */
export const jobId = z.string().regex(/^asset-[0-9a-f]{24}-[1-9]\d*$/);

export const category = z.enum(CATEGORIES);

/** What an asset can be seen in: a draft is invisible. */
export const visibleStatus = z.enum(STATUSES).exclude(["draft"]);

export const failureCode = z.enum(FAILURE_CODES);

/** RFC 3339 wants the seconds that zod leaves to choice. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

/** A time in UTC, as `Date.toISOString` writes it. */
export const timestamp = z.iso.datetime()
  .refine((text) => TIMESTAMP.test(text))
  .meta({ pattern: TIMESTAMP.source });

/** The same rule as `isImageUrl`, as far as a pattern can tell it. */
const IMAGE_URL = String
  .raw`^(https://\S+|http://(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?([/?#]\S*)?)$`;

/** Where a picture may be read from. */
export function imageUrl(options: { allowLoopback: boolean }) {
  return z.string().refine((url) => isImageUrl(url, options)).meta({
    pattern: IMAGE_URL,
    description: "https; in development also http on a loopback address of the same machine",
  });
}

/** Where a picture can be read; whether on this machine was decided when it was stored. */
export const readableUrl = imageUrl({ allowLoopback: true }).meta({ id: "ImageUrl" });

/** One thing that the AI service found on a picture, and how sure it is. */
export const detected = z.strictObject({
  value: z.string(),
  confidence: z.number().min(0).max(1),
}).meta({ id: "Detected" });
