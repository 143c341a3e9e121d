import type { Context } from "@hono/hono";
import type { Queued } from "../assets/submit_asset.ts";
import type { SubmittedAnswer } from "../contract/answers.ts";
import type { AuthenticatedEnv } from "./env.ts";

/** 200 with the data, in the envelope of every success. */
export function succeed<Data extends object>(c: Context, data: Data): Response {
  return c.json({ success: true, data });
}

/** 202: an analysis was queued, for the first time or again. */
export function answerQueued(c: Context<AuthenticatedEnv>, { assetId, jobId }: Queued): Response {
  c.set("logger", c.var.logger.child({ assetId, jobId }));
  const data: SubmittedAnswer = {
    assetId,
    jobId,
    status: "processing",
    message: "Image received. You will be told when its analysis is ready.",
  };
  return c.json({ success: true, data }, 202, { Location: `/api/assets/${assetId}` });
}
