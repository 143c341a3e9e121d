import { z } from "zod";

const MAX_TEXT = 200;

const detectedSchema = z.object({
  value: z.string().transform((text) => text.slice(0, MAX_TEXT)),
  confidence: z.number().min(0).max(1),
});

/** The AI service's answer to `POST /analyze` (contract, "AI service"); unknown keys are dropped. */
export function answerSchema({ allowLoopback }: { allowLoopback: boolean }) {
  return z.object({
    brand: detectedSchema,
    model: detectedSchema,
    colorway: detectedSchema,
    processedImageUrl: z.url().refine((url) => isTrusted(new URL(url), allowLoopback)),
  });
}

function isTrusted({ protocol, hostname }: URL, allowLoopback: boolean): boolean {
  if (protocol === "https:") return true;
  const isLoopback = hostname === "localhost" || hostname === "[::1]" ||
    /^127(\.\d+){3}$/.test(hostname);
  return allowLoopback && protocol === "http:" && isLoopback;
}
