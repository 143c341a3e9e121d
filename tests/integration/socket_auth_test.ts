import assert from "node:assert/strict";
import { connect, newUser } from "../support/client.ts";
import { startPipeline } from "../support/pipeline.ts";
import { newUserId, tokenOf } from "../support/tokens.ts";

const TRANSPORTS = [["websocket"], ["polling"]];

Deno.test("FR-017 FR-018a T027 a socket with a valid token in auth.token connects", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const { token } = await newUser();
  for (const transports of TRANSPORTS) {
    using device = await connect(api, { token }, transports);
    assert.equal(device.socket.connected, true);
  }
});

Deno.test("FR-018 T028 a socket without a token is told 'Authentication required'", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  for (const transports of TRANSPORTS) {
    for (const auth of [{}, { token: "" }, { token: null }]) {
      await assert.rejects(connect(api, auth, transports), { message: "Authentication required" });
    }
  }
});

Deno.test("FR-018 T029 a socket with a bad token is told 'Invalid token'", async () => {
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
  }
});

Deno.test("FR-022 T030 a socket is in the room user:<sub> of its own user only", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const [owner, other] = [await newUser(), await newUser()];
  using ownersDevice = await connect(api, { token: owner.token });
  using othersDevice = await connect(api, { token: other.token });

  const told = (assetId: string) => ({
    event: "asset_processed" as const,
    assetId,
    status: "failed" as const,
    error: "The analysis service did not answer.",
    timestamp: new Date().toISOString(),
  });
  const [first, second] = [newUserId(), newUserId()];
  await pipeline.publish(owner.userId, told(first));
  await pipeline.publish(other.userId, told(second));
  await othersDevice.eventOf(second);
  await ownersDevice.eventOf(first);
  assert.deepEqual(ownersDevice.events.map((event) => event.assetId), [first]);
  assert.deepEqual(othersDevice.events.map((event) => event.assetId), [second]);
});
