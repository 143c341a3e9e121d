import assert from "node:assert/strict";
import { aiCalls, clearFaults, orderFault } from "../support/ai_control.ts";
import { connect, newUser } from "../support/client.ts";
import { startPipeline } from "../support/pipeline.ts";
import { until } from "../support/until.ts";

Deno.test("US2.3 who was away when an analysis ended finds it by asking, and hears only what follows", async () => {
  await using pipeline = await startPipeline();
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  await orderFault(pipeline.ai.url, { kind: "slow", delayMs: 60_000, times: 1 });
  const before = await connect(api, { token: user.token });
  const { assetId } = (await user.submit(api)).body.data;
  await until("the AI call", async () => (await aiCalls(pipeline.ai.url)).length);
  before[Symbol.dispose]();
  await clearFaults(pipeline.ai.url);
  const readStatus = async () => (await user.get(api, `/api/assets/${assetId}`)).body.data.status;
  await until("the analysis to end", async () => await readStatus() !== "processing");

  using after = await connect(api, { token: user.token });
  assert.equal(await readStatus(), "active");
  const { assetId: next } = (await user.submit(api)).body.data;
  await after.eventOf(next);
  assert.deepEqual(after.events.map((event) => event.assetId), [next]);
  assert.deepEqual(before.events, []);
});
