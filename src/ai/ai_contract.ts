import { z } from "zod";
import { isImageUrl } from "../assets/image_url.ts";

const MAX_TEXT = 200;

const detectedSchema = z.object({
  value: z.string().transform((text) => text.slice(0, MAX_TEXT).toWellFormed()),
  confidence: z.number().min(0).max(1),
});

/** The AI service's answer to `POST /analyze` (contract, "AI service"); unknown keys are dropped. */
export function answerSchema(options: { allowLoopback: boolean }) {
  return z.object({
    brand: detectedSchema,
    model: detectedSchema,
    colorway: detectedSchema,
    processedImageUrl: z.string().refine((url) => isImageUrl(url, options))
      .transform((url) => new URL(url).href),
  });
}
