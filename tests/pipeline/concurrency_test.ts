import assert from "node:assert/strict";
import { aiCalls, clearFaults, orderFault } from "../support/ai_control.ts";
import { connect, newUser } from "../support/client.ts";
import { startPipeline } from "../support/pipeline.ts";
import { until } from "../support/until.ts";

for (const [setting, expected] of [["", 5], ["2", 2]] as const) {
  Deno.test(`T049 with WORKER_CONCURRENCY "${setting}" a worker has ${expected} jobs under way`, async () => {
    await using pipeline = await startPipeline({ env: { WORKER_CONCURRENCY: setting } });
    const { queue, ai: { url: aiUrl } } = pipeline;
    const [api = ""] = pipeline.apiUrls;
    const user = await newUser();
    using device = await connect(api, { token: user.token });
    await orderFault(aiUrl, { kind: "slow", delayMs: 60_000 });
    const answers = await Promise.all(Array.from({ length: 7 }, () => user.submit(api)));
    await until("the calls", async () => (await aiCalls(aiUrl)).length === expected);
    assert.equal(await queue.getActiveCount(), expected);
    assert.equal(await queue.getWaitingCount(), 7 - expected);
    await clearFaults(aiUrl);
    for (const { body } of answers) await device.eventOf(body.data.assetId, "active");
    assert.equal((await aiCalls(aiUrl)).length, 7);
  });
}
