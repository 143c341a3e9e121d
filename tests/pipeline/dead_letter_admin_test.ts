import assert from "node:assert/strict";
import { aiCalls, clearFaults, orderFault } from "../support/ai_control.ts";
import { connect, type Device, newUser, send, type User } from "../support/client.ts";
import { type Pipeline, startPipeline } from "../support/pipeline.ts";
import { services } from "../support/services.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";

const LETTERS = "/api/assets/dead-letter";
const ONE_TRY = { env: { JOB_ATTEMPTS: "1" } };

/** Jobs that failed, who failed first comes first. */
async function failJobs(
  { ai, apiUrls }: Pipeline,
  user: User,
  device: Device,
  count: number,
  status = 500,
) {
  const [api = ""] = apiUrls;
  await orderFault(ai.url, { kind: "status", status });
  const failed: { assetId: string; jobId: string; failedAt: string }[] = [];
  for (let i = 0; i < count; i++) {
    const { assetId, jobId } = (await user.submit(api)).body.data;
    const { timestamp } = await device.eventOf(assetId, "failed");
    failed.push({ assetId, jobId, failedAt: timestamp });
  }
  await clearFaults(ai.url);
  return failed;
}

async function replay(api: string, { token }: User, filter: Record<string, unknown> = {}) {
  const { status, body } = await send(`${api}${LETTERS}/replay`, {
    method: "POST",
    headers: { "Authorization": `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify(filter),
  });
  assert.equal(status, 202);
  return body.data;
}

async function listed(api: string, admin: User): Promise<string[]> {
  const { body } = await admin.get(api, `${LETTERS}?limit=100`);
  return body.data.items.map(({ jobId }: { jobId: string }) => jobId);
}

/** The two counts of the admin's view: the list in MongoDB, the queue in Redis. */
async function assertLeft(api: string, admin: User, jobIds: string[]) {
  assert.deepEqual((await listed(api, admin)).sort(), jobIds.toSorted());
  const { deadLetter } = (await admin.get(api, "/api/assets/queue-status")).body.data;
  assert.equal(deadLetter, jobIds.length);
}

Deno.test("a bulk replay gives those that match a new run, whose results their owners hear", async () => {
  await using pipeline = await startPipeline(ONE_TRY);
  const [api = ""] = pipeline.apiUrls;
  const [user, admin] = [await newUser(), await newUser({ role: "admin" })];
  using device = await connect(api, { token: user.token });
  const [first, second, third] = await failJobs(pipeline, user, device, 3);
  assert.ok(first && second && third);
  const [rejected] = await failJobs(pipeline, user, device, 1, 422);
  const left = [second.jobId, third.jobId, rejected?.jobId ?? ""];

  const wanted = { reason: "ai_unavailable", olderThan: third.failedAt };
  assert.deepEqual(await replay(api, admin, { ...wanted, dryRun: true }), {
    ...{ matched: 2, replayed: 0 },
  });
  await assertLeft(api, admin, [first.jobId, ...left]);
  assert.deepEqual(await replay(api, admin, { ...wanted, limit: 1 }), { matched: 2, replayed: 1 });
  await device.eventOf(first.assetId, "active");
  await assertLeft(api, admin, left);
  assert.deepEqual(await replay(api, admin, wanted), { matched: 1, replayed: 1 });
  await device.eventOf(second.assetId, "active");
  await assertLeft(api, admin, left.slice(1));
});

Deno.test("of two bulk replays at once each dead letter is replayed by one, and their sum is right", async () => {
  await using pipeline = await startPipeline({ ...ONE_TRY, apis: 2 });
  const [api = "", other = ""] = pipeline.apiUrls;
  const [user, admin] = [await newUser(), await newUser({ role: "admin" })];
  using device = await connect(api, { token: user.token });
  const failed = await failJobs(pipeline, user, device, 25);
  const answers = await Promise.all([replay(api, admin), replay(other, admin)]);
  assert.equal(answers.reduce((sum, { replayed }) => sum + replayed, 0), 25);
  for (const { assetId } of failed) await device.eventOf(assetId, "active");
  await assertLeft(api, admin, []);
  const keys = (await aiCalls(pipeline.ai.url)).map(({ idempotencyKey }) => idempotencyKey);
  assert.equal(keys.length, 50);
  assert.equal(new Set(keys).size, 50);
});

Deno.test("of 50 replays of one dead letter by two admins on two processes one is accepted", async () => {
  await using pipeline = await startPipeline({ ...ONE_TRY, apis: 2 });
  const [user, ...admins] = [
    await newUser(),
    await newUser({ role: "admin" }),
    await newUser({ roles: ["admin"] }),
  ];
  using device = await connect(pipeline.apiUrls[0] ?? "", { token: user.token });
  const [failed] = await failJobs(pipeline, user, device, 1);
  assert.ok(failed);
  const path = `${LETTERS}/${failed.jobId}/replay`;
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => {
    const api = pipeline.apiUrls[i % 2] ?? "";
    return (admins[i % 2] as User).post(api, path);
  }));
  const statuses = answers.map(({ status }) => status).sort();
  assert.deepEqual(statuses, [202, ...new Array(49).fill(409)]);
  await device.eventOf(failed.assetId, "active");
  assert.equal((await aiCalls(pipeline.ai.url)).length, 2);
});

Deno.test("a dismissed dead letter does not come back; its asset stays failed, and its owner may retry it", async () => {
  await using pipeline = await startPipeline(ONE_TRY);
  const [api = ""] = pipeline.apiUrls;
  const [user, admin] = [await newUser(), await newUser({ role: "admin" })];
  using device = await connect(api, { token: user.token });
  const [failed] = await failJobs(pipeline, user, device, 1);
  assert.ok(failed);
  const path = `${LETTERS}/${failed.jobId}`;
  assert.equal((await send(api + path, { method: "DELETE" })).status, 401);
  assert.equal((await user.del(api, path)).status, 403);
  assert.equal((await admin.del(api, path)).status, 204);
  await assertLeft(api, admin, []);
  for (const gone of [path, `${LETTERS}/asset-${user.userId}-1`, `${LETTERS}/nonsense`]) {
    assert.equal((await admin.del(api, gone)).status, 404, gone);
  }
  assert.equal((await admin.post(api, `${path}/replay`)).status, 409);
  assert.deepEqual(await replay(api, admin), { matched: 0, replayed: 0 });
  const asset = `/api/assets/${failed.assetId}`;
  assert.equal((await user.get(api, asset)).body.data.status, "failed");

  assert.equal((await user.post(api, `${asset}/retry`)).status, 202);
  await device.eventOf(failed.assetId, "active");
});

Deno.test("of a dismissal and replays at once one wins, and the other side is told so", async () => {
  await using pipeline = await startPipeline(ONE_TRY);
  const [api = ""] = pipeline.apiUrls;
  const [user, admin] = [await newUser(), await newUser({ role: "admin" })];
  using device = await connect(api, { token: user.token });
  for (let round = 0; round < 10; round++) {
    const [failed] = await failJobs(pipeline, user, device, 1);
    assert.ok(failed);
    const path = `${LETTERS}/${failed.jobId}`;
    const [dismissed, replayed, bulk] = await Promise.all([
      admin.del(api, path),
      admin.post(api, `${path}/replay`),
      replay(api, admin),
    ]);
    const outcome = [dismissed.status, replayed.status, bulk.replayed];
    const possible = [[204, 409, 0], [404, 202, 0], [404, 409, 1]];
    assert.ok(possible.some((one) => `${one}` === `${outcome}`), `${outcome}`);
    if (dismissed.status !== 204) await device.eventOf(failed.assetId, "active");
  }
  await assertLeft(api, admin, []);
});

Deno.test("without Redis a bulk replay is 503 and changes nothing, a dry run answers, and a dismissal is made", async () => {
  await using proxy = startTcpProxy(services().redisUrl);
  await using pipeline = await startPipeline({ ...ONE_TRY, redisUrl: proxy.url });
  const [api = ""] = pipeline.apiUrls;
  const [user, admin] = [await newUser(), await newUser({ role: "admin" })];
  using device = await connect(api, { token: user.token });
  const [first, second] = await failJobs(pipeline, user, device, 2);
  proxy.cut();
  assert.deepEqual(await replay(api, admin, { dryRun: true }), { matched: 2, replayed: 0 });
  assert.equal((await admin.post(api, `${LETTERS}/replay`)).status, 503);
  assert.deepEqual(await listed(api, admin), [second?.jobId, first?.jobId]);
  assert.equal((await admin.del(api, `${LETTERS}/${first?.jobId}`)).status, 204);
  assert.deepEqual(await listed(api, admin), [second?.jobId]);
  proxy.restore();
});
