import type { Redis } from "ioredis";
import pTimeout from "p-timeout";
import type { EventPublisher, Logger } from "../assets/ports.ts";

/** A worker waits for it with a job's place in its hands. */
const SAYING_MS = 2000;

/** Where it is said whose asset settled; what became of it stands in MongoDB. */
export function settledChannel(queuePrefix: string): string {
  return `${queuePrefix}:settled`;
}

/** Says so to every API process; rejects when Redis is away. */
export function createEventPublisher(
  { redis, queuePrefix }: { redis: Redis; queuePrefix: string },
): EventPublisher {
  return {
    async settled(userId) {
      const saying = redis.publish(settledChannel(queuePrefix), userId);
      await pTimeout(saying, { milliseconds: SAYING_MS });
    },
  };
}

/** Hears it, from now on and after each reconnect. What is said meanwhile is lost. */
export function hearSettled(
  { subscriber, queuePrefix, logger }: { subscriber: Redis; queuePrefix: string; logger: Logger },
  settled: (userId: string) => void,
): void {
  const channel = settledChannel(queuePrefix);
  // ioredis itself subscribes again to what it is subscribed to.
  subscriber.subscribe(channel).catch((err) => logger.debug({ err }, "Not subscribed"));
  subscriber.on("message", (_channel, userId) => settled(userId));
}
