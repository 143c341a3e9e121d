import assert from "node:assert/strict";
import { connect, type Device, newUser, send } from "../support/client.ts";
import { startPipeline } from "../support/pipeline.ts";
import { newUserId, tokenOf } from "../support/tokens.ts";
import { until } from "../support/until.ts";

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

Deno.test("FR-021 FR-022 T010 T030 T033 all devices of a user hear its own events, and no other's", async () => {
  await using pipeline = await startPipeline({ workers: 0, apis: 2 });
  const [owner, other] = [await newUser(), await newUser()];
  await using resources = new AsyncDisposableStack();
  const connectAll = async ({ token }: { token: string }) =>
    (await Promise.all(pipeline.apiUrls.map((api) => connect(api, { token }))))
      .map((device) => resources.use(device));
  const [owners, others] = [await connectAll(owner), await connectAll(other)];
  const errorsOf = ({ events }: Device) => events.map((event) => "error" in event && event.error);

  await pipeline.lastWord(owner.userId, "For the owner");
  await pipeline.lastWord(other.userId, "For the other");
  await pipeline.lastWord(newUserId(), "For nobody here");
  for (const { userId } of [owner, other]) await pipeline.lastWord(userId, "The last");
  const all = [...owners, ...others];
  await until("the last", () => all.every((device) => errorsOf(device).includes("The last")));
  for (const device of owners) assert.deepEqual(errorsOf(device), ["For the owner", "The last"]);
  for (const device of others) assert.deepEqual(errorsOf(device), ["For the other", "The last"]);
});
