import type { Context } from "@hono/hono";
import type { Queued } from "../assets/submit_asset.ts";
import type { SubmittedAnswer } from "../contract/answers.ts";
import type { AuthenticatedEnv } from "./env.ts";

/** The data in the envelope of every success. */
export function succeed<Data extends object>(
  c: Context,
  data: Data,
  status: 200 | 202 = 200,
): Response {
  return c.json({ success: true, data }, status);
}

const MESSAGES = {
  first: "Image received. You will be told when its analysis is ready.",
  again: "The image is analysed again. You will be told when the result is ready.",
} as const;

/** 202: an analysis was queued, for the first time or again. */
export function answerQueued(
  c: Context<AuthenticatedEnv>,
  { assetId, jobId }: Queued,
  time: keyof typeof MESSAGES,
): Response {
  c.set("logger", c.var.logger.child({ assetId, jobId }));
  const message = MESSAGES[time];
  const data: SubmittedAnswer = { assetId, jobId, status: "processing", message };
  return c.json({ success: true, data }, 202, { Location: `/api/assets/${assetId}` });
}
