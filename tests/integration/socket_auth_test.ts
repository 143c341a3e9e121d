import assert from "node:assert/strict";
import { Emitter } from "@socket.io/redis-emitter";
import { Redis } from "ioredis";
import type { AssetProcessed } from "../../src/assets/asset_processed.ts";
import { connect, newUser, send } from "../support/client.ts";
import { startPipeline } from "../support/pipeline.ts";
import { newUserId, tokenOf } from "../support/tokens.ts";

const TRANSPORTS = [["websocket"], ["polling"]];

Deno.test("FR-017 FR-018a T008 T009 T012 T027 a socket with a valid token in auth.token connects", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const { token } = await newUser();
  for (const transports of TRANSPORTS) {
    using device = await connect(api, { token }, transports);
    assert.equal(device.socket.connected, true);
  }
});

Deno.test("FR-018 T009 T028 a socket without a token is told 'Authentication required'", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  for (const transports of TRANSPORTS) {
    for (const auth of [{}, { token: "" }, { token: null }]) {
      await assert.rejects(connect(api, auth, transports), { message: "Authentication required" });
    }
  }
});

Deno.test("FR-018 T009 T029 a socket with a bad token is told 'Invalid token', as the same is 401 over HTTP", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const userId = newUserId();
  const bad: unknown[] = [
    "nonsense",
    42,
    { sub: userId },
    [await tokenOf(userId)],
    await tokenOf(userId, { expiresIn: "-1s" }),
    await tokenOf(userId, { expiresIn: null }),
    await tokenOf(userId, { secret: "another-secret-of-32-bytes-or-even-more" }),
    await tokenOf("not-an-object-id"),
  ];
  for (const token of bad) {
    await assert.rejects(connect(api, { token }), { message: "Invalid token" });
    if (typeof token !== "string") continue;
    const headers = { Authorization: `Bearer ${token}` };
    assert.equal((await send(`${api}/api/assets`, { headers })).status, 401, token);
  }
});

Deno.test("FR-018 one token opens the socket and the REST API", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  using _device = await connect(api, { token: user.token });
  assert.equal((await user.get(api, "/api/assets")).status, 200);
});

Deno.test("FR-021 FR-022 T010 T030 T033 a socket is in the room user:<sub> of its own user only", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const [owner, other] = [await newUser(), await newUser()];
  using ownersDevice = await connect(api, { token: owner.token });
  using othersDevice = await connect(api, { token: other.token });
  using resources = new DisposableStack();
  const redis = resources.adopt(
    new Redis(pipeline.env["REDIS_URL"] ?? ""),
    (redis) => redis.disconnect(),
  );
  // The server's own names are not asked, so that a wrong one does not pass.
  const key = `${pipeline.env["QUEUE_PREFIX"]}:socket.io`;
  const emitTo = (room: string, assetId: string) =>
    new Emitter(redis, { key }).to(room).emit("asset_processed", told(assetId));

  const [first, second, last] = [newUserId(), newUserId(), newUserId()];
  emitTo(`user:${owner.userId}`, first);
  emitTo(`user:${other.userId}`, second);
  emitTo(`user:${newUserId()}`, newUserId());
  for (const { userId } of [owner, other]) emitTo(`user:${userId}`, last);
  await Promise.all([ownersDevice.eventOf(last), othersDevice.eventOf(last)]);
  assert.deepEqual(ownersDevice.events.map((event) => event.assetId), [first, last]);
  assert.deepEqual(othersDevice.events.map((event) => event.assetId), [second, last]);
});

function told(assetId: string): AssetProcessed {
  const error = "The analysis service did not answer.";
  const timestamp = new Date().toISOString();
  return { event: "asset_processed", assetId, status: "failed", error, timestamp };
}
