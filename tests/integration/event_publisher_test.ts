import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { Server } from "socket.io";
import type { AssetProcessed } from "../../src/assets/asset_processed.ts";
import { createEventPublisher } from "../../src/events/event_publisher.ts";
import { failureOf } from "../support/failures.ts";
import { FAILURE, SUCCESS } from "../support/sample_events.ts";
import { openTestQueue, type TestQueue } from "../support/test_queue.ts";
import { newUserId } from "../support/tokens.ts";
import { until } from "../support/until.ts";

/** All that goes out to the sockets of this queue's API processes. */
async function listen(queue: TestQueue) {
  const subscriber = await queue.connect("wait");
  const heard: string[] = [];
  await subscriber.psubscribe(`${queue.prefix}:*`);
  subscriber.on("pmessageBuffer", (_pattern, channel) => heard.push(String(channel)));
  return heard;
}

Deno.test("T034 T037 an event goes to the room user:<id> and nowhere else", async () => {
  await using queue = await openTestQueue();
  const heard = await listen(queue);
  const { publish } = createEventPublisher({ redis: queue.redis, queuePrefix: queue.prefix });
  const userId = newUserId();
  for (const event of [SUCCESS, FAILURE]) await publish(userId, event);
  await until("both to be heard", () => heard.length === 2);
  const channel = `${queue.prefix}:socket.io#/#user:${userId}#`;
  assert.deepEqual(heard, [channel, channel]);
});

Deno.test("T034 publishing tells how many API processes were there to hear it", async () => {
  await using queue = await openTestQueue();
  await using resources = new AsyncDisposableStack();
  const { publish } = createEventPublisher({ redis: queue.redis, queuePrefix: queue.prefix });
  assert.equal(await publish(newUserId(), SUCCESS), 0);
  for (const count of [1, 2]) {
    const [publisher, subscriber] = [await queue.connect("wait"), await queue.connect("wait")];
    const adapter = createAdapter(publisher, subscriber, { key: `${queue.prefix}:socket.io` });
    const io = resources.adopt(new Server(createServer(), { adapter }), (io) => io.close());
    assert.ok(io);
    const isHeard = async () => await publish(newUserId(), SUCCESS) === count;
    await until(`${count} to hear it`, isHeard);
  }
});

Deno.test("T031 T032 what is out of contract is not sent", async () => {
  await using queue = await openTestQueue();
  const heard = await listen(queue);
  const { publish } = createEventPublisher({ redis: queue.redis, queuePrefix: queue.prefix });
  const { timestamp: _, ...incomplete } = SUCCESS;
  const bad: unknown[] = [
    ...[incomplete, { ...SUCCESS, userId: newUserId() }, { ...SUCCESS, status: "failed" }],
    ...[{ ...FAILURE, event: "other" }, { ...FAILURE, timestamp: "today" }, null],
  ];
  for (const event of bad) await failureOf(publish(newUserId(), event as AssetProcessed));
  await publish(newUserId(), FAILURE);
  await until("the good one to be heard", () => heard.length);
  assert.equal(heard.length, 1);
});

Deno.test("an event that Redis does not take rejects", async () => {
  await using queue = await openTestQueue();
  const redis = await queue.connect("fail");
  const { publish } = createEventPublisher({ redis, queuePrefix: queue.prefix });
  redis.disconnect();
  await failureOf(publish(newUserId(), SUCCESS));
});
