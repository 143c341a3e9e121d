import { aiCalls, orderFault } from "./ai_control.ts";
import type { User } from "./client.ts";
import type { Pipeline } from "./pipeline.ts";
import { until } from "./until.ts";

/**
 * Submits a photo and waits until its AI call is under way. It gets its good answer when the faults
 * of the AI service are cleared.
 */
export async function submitWithHeldCall(
  { apiUrls: [api = ""], ai }: Pick<Pipeline, "apiUrls" | "ai">,
  user: User,
): Promise<{ assetId: string; jobId: string }> {
  await orderFault(ai.url, { kind: "slow", delayMs: 60_000, times: 1 });
  const { assetId, jobId } = (await user.submit(api)).body.data;
  await until("the AI call", async () => (await aiCalls(ai.url)).length);
  return { assetId, jobId };
}
