import assert from "node:assert/strict";
import { newUser, send } from "../support/client.ts";
import { startPipeline } from "../support/pipeline.ts";
import { newUserId } from "../support/tokens.ts";

const ROUTES = [
  ["GET", "/api/assets/queue-status"],
  ["GET", "/api/assets/dead-letter?limit=0"],
  ["POST", `/api/assets/dead-letter/asset-${newUserId()}-1/replay`],
] as const;

Deno.test("T058 T059 what is for admins is 401 without a token and 403 for everybody else", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const others = [
    await newUser(),
    await newUser({ role: "user" }),
    await newUser({ role: ["admin"] }),
    await newUser({ roles: "admin" }),
    await newUser({ roles: ["administrator"], admin: true }),
  ];
  for (const [method, path] of ROUTES) {
    const anonymous = await send(api + path, { method });
    assert.equal(anonymous.status, 401, path);
    assert.equal(anonymous.headers.get("WWW-Authenticate"), "Bearer");
    for (const user of others) {
      const { status, body } =
        await (method === "GET" ? user.get(api, path) : user.post(api, path));
      assert.equal(status, 403, path);
      assert.equal(body.error.code, "FORBIDDEN");
    }
  }
});

Deno.test("an admin is who has the role admin, alone or among others", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  for (const claims of [{ role: "admin" }, { roles: ["user", "admin"] }]) {
    const admin = await newUser(claims);
    assert.equal((await admin.get(api, "/api/assets/queue-status")).status, 200);
  }
});

Deno.test("US4.1 T057 T060 the queue's status tells how many jobs are in which state", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const admin = await newUser({ role: "admin" });
  const status = async () => (await admin.get(api, "/api/assets/queue-status")).body.data;
  const none = { active: 0, completed: 0, failed: 0, delayed: 0, deadLetter: 0 };
  assert.deepEqual(await status(), { waiting: 0, ...none });
  await admin.submit(api);
  await admin.submit(api);
  assert.deepEqual(await status(), { waiting: 2, ...none });
});

Deno.test("a dead letter that does not exist cannot be replayed, whatever its id", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const admin = await newUser({ role: "admin" });
  for (const id of [`asset-${newUserId()}-1`, "asset-1-1", "1", "a%3Ab", "%00", "%2e%2e"]) {
    const { status } = await admin.post(api, `/api/assets/dead-letter/${id}/replay`);
    assert.equal(status, 404, id);
  }
  const invalid = await admin.get(api, "/api/assets/dead-letter?limit=0&cursor=x");
  assert.equal(invalid.status, 400);
  assert.equal(invalid.body.error.details.length, 2);
});
