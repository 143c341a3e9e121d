import assert from "node:assert/strict";
import { newUser, send, type User } from "../support/client.ts";
import { startPipeline } from "../support/pipeline.ts";
import { photo } from "../support/photos.ts";

async function submitted(user: User, api: string, category: string): Promise<string> {
  const fields = [["category", category], ["image", await photo("camera.png")]] as const;
  return (await user.submit(api, fields)).body.data.assetId;
}

Deno.test("a user lists their own assets, newest first, page by page", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const [user, other] = [await newUser(), await newUser({ role: "admin" })];
  assert.deepEqual((await user.get(api, "/api/assets")).body.data, { items: [], nextCursor: null });
  const assets: string[] = [];
  for (const category of ["lego", "camera", "lego"]) {
    assets.unshift(await submitted(user, api, category));
    await submitted(other, api, category);
  }
  const listed: string[] = [];
  let query = "limit=2";
  do {
    const { items, nextCursor } = (await user.get(api, `/api/assets?${query}`)).body.data;
    listed.push(...items.map(({ assetId }: { assetId: string }) => assetId));
    query = nextCursor && `limit=2&cursor=${nextCursor}`;
  } while (query);
  assert.deepEqual(listed, assets);

  const [newest = ""] = assets;
  const { items } = (await user.get(api, "/api/assets?limit=1")).body.data;
  assert.deepEqual(items, [(await user.get(api, `/api/assets/${newest}`)).body.data]);
});

Deno.test("a list can be narrowed by status and category; what is not known is ignored", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  const lego = await submitted(user, api, "lego");
  const camera = await submitted(user, api, "camera");
  const listed = async (query: string) =>
    (await user.get(api, `/api/assets?${query}`)).body.data.items
      .map(({ assetId }: { assetId: string }) => assetId);
  assert.deepEqual(await listed("category=lego"), [lego]);
  assert.deepEqual(await listed("status=processing&category=camera"), [camera]);
  assert.deepEqual(await listed("status=active"), []);
  assert.deepEqual(await listed("status=draft"), []);
  assert.deepEqual(await listed("color=red&limit=100"), [camera, lego]);
});

Deno.test("every parameter that is invalid is 400 and named, all of them together", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  const limit = "Limit must be a whole number from 1 to 100";
  const cases = [
    ["limit=0", { limit }],
    ["limit=101", { limit }],
    ["limit=1.5", { limit }],
    ["limit=", { limit }],
    ["limit=ten", { limit }],
    ["limit=1&limit=2", { limit: "Send exactly one limit" }],
    ["category=car", { category: "Category must be one of: sneaker, lego, camera, other" }],
    ["cursor=nonsense", { cursor: "Cursor must be the nextCursor of an earlier answer" }],
    ["cursor=", { cursor: "Cursor must be the nextCursor of an earlier answer" }],
    ["status=done&limit=-1", {
      status: "Status must be one of: draft, processing, partial, active, archived, failed",
      limit,
    }],
  ] as const;
  for (const [query, faults] of cases) {
    const { status, body } = await user.get(api, `/api/assets?${query}`);
    assert.equal(status, 400, query);
    assert.equal(body.error.code, "VALIDATION_ERROR");
    const details = Object.entries(faults).map(([field, message]) => ({ field, message }));
    assert.deepEqual(body.error.details, details, query);
  }
  assert.equal((await send(`${api}/api/assets?limit=0`)).status, 401);
});
