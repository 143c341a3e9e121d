import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { AssetError } from "../../src/assets/errors.ts";
import { services } from "../support/services.ts";
import { openTestQueue, type TestQueue } from "../support/test_queue.ts";
import { addJobs, startTestWorker, untilEnded } from "../support/test_worker.ts";

const BACKOFF_MS = 300;

/** Reads along what Redis is asked, in its own order, the commands within BullMQ's scripts included. */
async function watchPolls({ prefix }: TestQueue) {
  const key = (name: string) => `${prefix}:ai-processing:${name}`;
  const waiting = new Set<string>();
  const retries: string[] = [];
  const pollsMs: number[] = [];
  const monitor = await startMonitor(([command = "", of, ...args]) => {
    const name = command.toLowerCase();
    if (of === key("delayed") && name === "zadd") {
      retries.push(args[1] ?? "");
      waiting.add(args[1] ?? "");
    }
    if (of === key("delayed") && name === "zrem") args.forEach((id) => waiting.delete(id));
    if (of === key("marker") && name === "bzpopmin" && waiting.size > 0) {
      pollsMs.push(Number(args[0]) * 1000);
    }
  });
  return {
    /** The jobs that were put off, in that order. */
    retries,
    /** How long the worker asked to wait for news, each time that a retry was pending. */
    pollsMs,
    [Symbol.dispose]: () => monitor.close(),
  };
}

/**
 * Hears every command. Not by ioredis: on a busy Redis it takes the first one, which comes with the OK
 * to MONITOR, for an answer that it cannot place.
 */
async function startMonitor(hear: (command: string[]) => void): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(services().redisUrl);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const isOn = Promise.withResolvers<void>();
  void read().catch(() => {});
  await connection.write(new TextEncoder().encode("MONITOR\r\n"));
  await isOn.promise;
  return connection;

  async function read() {
    let rest = "";
    for await (const text of connection.readable.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "+OK") isOn.resolve();
        else hear([...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = ""]) => word));
      }
    }
  }
}

Deno.test("SC-005 while retries are pending, the worker never waits for news longer than the backoff", async () => {
  await using queue = await openTestQueue({ backoffMs: BACKOFF_MS });
  using watched = await watchPolls(queue);
  const ids = await addJobs(queue, 8);
  const failed = new Set<string>();
  const failOnce = async ({ id }: { id: string }) => {
    if (failed.has(id)) return;
    failed.add(id);
    await pause(20 * failed.size);
    throw new AssetError("ai_unavailable", "Away");
  };
  await using _worker = await startTestWorker(queue, failOnce, { concurrency: 5 });
  await untilEnded(queue, "completed", ids.length);
  assert.deepEqual(watched.retries.toSorted(), ids.toSorted());
  assert.ok(watched.pollsMs.length > 0);
  const tooLong = watched.pollsMs.filter((ms) => ms > BACKOFF_MS);
  assert.deepEqual(tooLong, [], "A retry would be late by as much");
});
