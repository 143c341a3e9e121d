import assert from "node:assert/strict";
import { clearFaults, orderFault } from "../support/ai_control.ts";
import { newUser } from "../support/client.ts";
import { startPipeline } from "../support/pipeline.ts";
import { until } from "../support/until.ts";

Deno.test("US4.1 T057 T060 T061 the queue's status counts the jobs of every state, and the dead letters", async () => {
  const env = { WORKER_CONCURRENCY: "1", JOB_BACKOFF_MS: "600000" };
  await using pipeline = await startPipeline({ env });
  const { url: aiUrl } = pipeline.ai;
  const [api = ""] = pipeline.apiUrls;
  const [user, admin] = [await newUser(), await newUser({ role: "admin" })];
  const counts = { waiting: 0, active: 0, completed: 0, failed: 0, delayed: 0, deadLetter: 0 };
  const read = async () => (await admin.get(api, "/api/assets/queue-status")).body.data;
  async function untilCounted(change: Partial<typeof counts>) {
    const expected = Object.assign(counts, change);
    await until(JSON.stringify(expected), async () => {
      const { waiting, active, completed, failed, delayed, deadLetter } = await read();
      const told = { waiting, active, completed, failed, delayed, deadLetter };
      return JSON.stringify(told) === JSON.stringify(expected);
    });
  }
  async function submitUnder(fault: Record<string, unknown>) {
    await orderFault(aiUrl, { times: 1, ...fault });
    assert.equal((await user.submit(api)).status, 202);
  }

  assert.deepEqual(await read(), counts);
  await user.submit(api);
  await untilCounted({ completed: 1 });
  await submitUnder({ kind: "status", status: 422 });
  await untilCounted({ failed: 1, deadLetter: 1 });
  await submitUnder({ kind: "status", status: 422 });
  await untilCounted({ failed: 2, deadLetter: 2 });
  await submitUnder({ kind: "status", status: 503 });
  await untilCounted({ delayed: 1 });
  await submitUnder({ kind: "slow", delayMs: 60_000 });
  await untilCounted({ active: 1 });
  for (let count = 0; count < 3; count++) await user.submit(api);
  await untilCounted({ waiting: 3 });
  await clearFaults(aiUrl);
  await untilCounted({ waiting: 0, active: 0, completed: 5 });
});
