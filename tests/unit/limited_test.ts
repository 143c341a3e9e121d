import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type BodyLimits, limited } from "../../src/http/limited.ts";

const refusals = {
  tooLarge: () => new Error("too large"),
  tooSlow: () => new Error("too slow"),
};

/** A body that is written while it is read: `write` ends when somebody has taken the bytes. */
function open(limits: Partial<BodyLimits>) {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  const writer = writable.getWriter();
  const all = { maxBytes: 10, idleMs: Infinity, totalMs: Infinity, ...limits };
  return {
    write: (size: number) => writer.write(new Uint8Array(size)),
    end: () => writer.close(),
    fail: (error: Error) => writer.abort(error),
    read: new Response(limited(readable, all, refusals)).bytes(),
  };
}

Deno.test({
  name: "a body within its limits passes, and no timer outlives it",
  sanitizeOps: true,
  async fn() {
    const body = open({ idleMs: 60_000, totalMs: 60_000 });
    await body.write(4);
    await body.write(6);
    await body.end();
    assert.equal((await body.read).length, 10);
  },
});

Deno.test("one byte too many fails the body, and what follows is still taken", async () => {
  const body = open({});
  const failed = assert.rejects(body.read, /^Error: too large$/);
  await body.write(10);
  await body.write(1);
  await failed;
  await body.write(1000);
  await body.end();
});

Deno.test({
  name: "silence fails the body, and what follows is still taken",
  sanitizeOps: true,
  async fn() {
    const body = open({ idleMs: 20 });
    const failed = assert.rejects(body.read, /^Error: too slow$/);
    await body.write(1);
    await failed;
    await body.write(1000);
    await body.end();
  },
});

Deno.test("a body that never pauses for long, but takes too long in all, fails", async () => {
  const body = open({ totalMs: 50, maxBytes: Infinity });
  let isOver = false;
  const failed = assert.rejects(body.read, /^Error: too slow$/).then(() => isOver = true);
  for (let written = 0; !isOver && written < 5000; written++) {
    await body.write(1);
    await pause(1);
  }
  await body.end();
  await failed;
});

Deno.test("what has come in time is passed on, however late it is asked for", async () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const body = ReadableStream.from(Array.from(bytes, (byte) => Uint8Array.of(byte)));
  const limits = { maxBytes: 10, idleMs: 1, totalMs: Infinity };
  const taken: number[] = [];
  for await (const [byte] of limited(body, limits, refusals)) {
    await pause(5);
    taken.push(Number(byte));
  }
  assert.deepEqual(taken, [...bytes]);
});

Deno.test("a body that breaks off fails with its own error", async () => {
  const body = open({});
  const failed = assert.rejects(body.read, /^Error: gone$/);
  await body.write(1);
  await body.fail(new Error("gone"));
  await failed;
});

Deno.test("a body that breaks off after its refusal rejects nothing any more", async () => {
  for (const limits of [{ maxBytes: 0 }, { idleMs: 20 }]) {
    const body = open(limits);
    const failed = assert.rejects(body.read, /^Error: too/);
    await body.write(1);
    await failed;
    await body.fail(new Error("gone"));
  }
  await pause(0);
});
