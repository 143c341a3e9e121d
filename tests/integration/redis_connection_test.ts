import assert from "node:assert/strict";
import { connectRedis, openRedis } from "../../src/queue/connections.ts";
import { failureOf } from "../support/failures.ts";
import { quietLogger } from "../support/quiet_logger.ts";
import { services } from "../support/services.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";

function open(stack: DisposableStack, isSubscriber: boolean) {
  const url = services().redisUrl;
  const options = {
    url,
    name: "test",
    whenAway: "wait",
    isSubscriber,
    logger: quietLogger,
  } as const;
  return stack.adopt(connectRedis(options), (redis) => redis.disconnect());
}

Deno.test("a subscription made while the connection is being set up is kept", async () => {
  using stack = new DisposableStack();
  const channel = `t${crypto.randomUUID()}`;
  const subscriber = open(stack, true);
  const heard: string[] = [];
  subscriber.on("message", (_channel, message) => heard.push(message));
  const subscribed = new Promise((resolve) => {
    subscriber.once("connect", () => resolve(subscriber.subscribe(channel)));
  });
  await subscribed;
  await openRedis(subscriber, AbortSignal.timeout(10_000));
  assert.equal(await open(stack, false).publish(channel, "hello"), 1);
  await until("the message", () => heard.includes("hello"));
});

Deno.test("FR-001 waiting for a Redis that is not there ends with the signal", async () => {
  const options = { url: "redis://127.0.0.1:1", name: "test", whenAway: "wait" } as const;
  const redis = connectRedis({ ...options, logger: quietLogger });
  try {
    const reason = new Error("enough");
    const signal = new AbortController();
    const opening = openRedis(redis, signal.signal);
    signal.abort(reason);
    await assert.rejects(opening, reason);
  } finally {
    redis.disconnect();
  }
});

Deno.test("T002 what waits keeps its commands while Redis is away, what fails fast rejects them", async () => {
  await using proxy = startTcpProxy(services().redisUrl);
  using stack = new DisposableStack();
  const connection = (whenAway: "wait" | "fail") =>
    stack.adopt(
      connectRedis({ url: proxy.url, name: "test", whenAway, logger: quietLogger }),
      (redis) => redis.disconnect(),
    );
  const [waiting, failing] = [connection("wait"), connection("fail")];
  for (const redis of [waiting, failing]) await openRedis(redis, AbortSignal.timeout(10_000));
  // BullMQ refuses a worker's connection that gives up after so many tries.
  assert.equal(waiting.options.maxRetriesPerRequest, null);

  proxy.cut();
  await until(
    "both to miss Redis",
    () => [waiting, failing].every(({ status }) => status !== "ready"),
  );
  const answer = waiting.echo("still here");
  await failureOf(failing.ping());
  proxy.restore();
  assert.equal(await answer, "still here");
  await until("the other one to be back", () => failing.status === "ready");
  assert.equal(await failing.ping(), "PONG");
});

Deno.test("a Redis that is silent is left, to be found again", async () => {
  await using proxy = startTcpProxy(services().redisUrl);
  using stack = new DisposableStack();
  const options = { url: proxy.url, name: "test", whenAway: "wait", logger: quietLogger } as const;
  const redis = stack.adopt(connectRedis(options), (redis) => redis.disconnect());
  await openRedis(redis, AbortSignal.timeout(10_000));
  let isLeft = false;
  redis.once("reconnecting", () => isLeft = true);
  proxy.blackhole("answers");
  await until("the connection to be left", () => isLeft);
  proxy.restore();
  await until("Redis to be found again", () => redis.status === "ready");
});
