import { z } from "zod";
import { CATEGORIES } from "../assets/asset.ts";
import { isImageUrl } from "../assets/image_url.ts";
import type { JobData } from "../assets/ports.ts";

/** The queue's name, for the API and the workers alike (FR-002). */
export const AI_PROCESSING = "ai-processing";

const objectId = z.string().regex(/^[0-9a-f]{24}$/);

/** A job's data to the letter (spec/data-model.md, contract "Queue"): five fields, no more. */
export function jobDataSchema(options: { allowLoopback: boolean }): z.ZodType<JobData> {
  return z.strictObject({
    assetId: objectId,
    userId: objectId,
    imageUrl: z.string().refine((url) => isImageUrl(url, options)),
    category: z.enum(CATEGORIES),
    createdAt: z.iso.datetime(),
  });
}

const DAY_SECONDS = 86_400;

/** How often and how a job is tried, and how long its trace is kept (FR-003). */
export function jobOptions({ attempts, backoffMs }: { attempts: number; backoffMs: number }) {
  return {
    attempts,
    backoff: { type: "exponential", delay: backoffMs },
    removeOnComplete: { age: DAY_SECONDS },
    removeOnFail: { age: 7 * DAY_SECONDS },
  };
}
