import type { Buffer } from "node:buffer";
import { Emitter } from "@socket.io/redis-emitter";
import type { Redis } from "ioredis";
import type { EventPublisher } from "../assets/ports.ts";
import { assetProcessedEvent } from "../contract/asset_processed_event.ts";
import { channelKey, type ServerEvents, userRoom } from "./event_map.ts";

/**
 * Sends events through Redis to the sockets of every API process; needs no socket server itself.
 * Only what is in contract goes out; anything else rejects.
 */
export function createEventPublisher(
  { redis, queuePrefix }: { redis: Redis; queuePrefix: string },
): EventPublisher {
  return {
    async publish(userId, event) {
      const checked = assetProcessedEvent.parse(event);
      let published: Promise<number> | undefined;
      // The emitter drops PUBLISH's promise: kept here, so that a failure is ours to see.
      const client = {
        publish: (channel: string, message: Uint8Array) => {
          published = redis.publish(channel, message as Buffer);
        },
      };
      const emitter = new Emitter<ServerEvents>(client, { key: channelKey(queuePrefix) });
      emitter.to(userRoom(userId)).emit("asset_processed", checked);
      return await published ?? 0;
    },
  };
}
