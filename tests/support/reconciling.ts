import type { Pipeline } from "./pipeline.ts";

/** For workers that look after what is unfinished soon, and often; an API has more time to upload. */
export const SOON = {
  IMAGE_STORE_TIMEOUT_MS: "1000",
  RECONCILE_AFTER_MS: "1001",
  RECONCILE_INTERVAL_MS: "100",
};

/** Whether a reconciler has filled the queue, or has begun to. */
export async function isMarked({ keys }: Pick<Pipeline, "keys">): Promise<boolean> {
  return (await keys()).some((key) => key.endsWith("-filled"));
}
