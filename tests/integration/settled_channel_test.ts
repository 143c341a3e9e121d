import assert from "node:assert/strict";
import { createEventPublisher, hearSettled } from "../../src/events/settled_channel.ts";
import { connectRedis } from "../../src/queue/connections.ts";
import { failureOf } from "../support/failures.ts";
import { quietLogger as logger } from "../support/quiet_logger.ts";
import { services } from "../support/services.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { openTestQueue, type TestQueue } from "../support/test_queue.ts";
import { newUserId } from "../support/tokens.ts";
import { until } from "../support/until.ts";

/** An API process with this prefix, as far as it listens. */
function listen(resources: DisposableStack, { prefix }: TestQueue, url = services().redisUrl) {
  const subscriber = resources.adopt(
    connectRedis({ url, name: "listener", whenAway: "wait", isSubscriber: true, logger }),
    (redis) => redis.disconnect(),
  );
  const heard: string[] = [];
  hearSettled({ subscriber, queuePrefix: prefix, logger }, (userId) => heard.push(userId));
  return heard;
}

Deno.test("T034 T037 every API process hears whose asset settled, and nothing of other prefixes", async () => {
  await using queue = await openTestQueue();
  await using other = await openTestQueue();
  using resources = new DisposableStack();
  const [first, second] = [listen(resources, queue), listen(resources, queue)];
  const foreign = listen(resources, other);
  const ours = createEventPublisher({ redis: queue.redis, queuePrefix: queue.prefix });
  const theirs = createEventPublisher({ redis: other.redis, queuePrefix: other.prefix });
  const [userId, foreignId] = [newUserId(), newUserId()];
  await until("all to hear", async () => {
    await Promise.all([ours.settled(userId), theirs.settled(foreignId)]);
    return [first, second, foreign].every(({ length }) => length > 0);
  });
  assert.deepEqual(new Set([...first, ...second]), new Set([userId]));
  assert.deepEqual(new Set(foreign), new Set([foreignId]));
});

Deno.test("a process that lost its connection hears again once it is back", async () => {
  await using queue = await openTestQueue();
  await using proxy = startTcpProxy(services().redisUrl);
  using resources = new DisposableStack();
  const heard = listen(resources, queue, proxy.url);
  const { settled } = createEventPublisher({ redis: queue.redis, queuePrefix: queue.prefix });
  const isHeard = async (userId: string) => {
    await settled(userId);
    return heard.includes(userId);
  };
  await until("it to listen", () => isHeard("before"));
  proxy.cut();
  await settled("meanwhile");
  proxy.restore();
  await until("it to listen again", () => isHeard("after"));
  assert.ok(!heard.includes("meanwhile"));
});

Deno.test("what Redis does not take rejects", async () => {
  await using queue = await openTestQueue();
  const redis = await queue.connect("fail");
  const { settled } = createEventPublisher({ redis, queuePrefix: queue.prefix });
  redis.disconnect();
  await failureOf(settled(newUserId()));
});
