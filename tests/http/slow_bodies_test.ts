import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { createApp } from "../../src/http/app.ts";
import { UPLOAD_PACE, type UploadPace } from "../../src/http/upload.ts";
import { closeServer, createHttpServer, listen } from "../../src/listen.ts";
import { memoryPorts } from "../support/memory_ports.ts";
import { recordLogs } from "../support/recorded_logs.ts";
import { newUserId } from "../support/tokens.ts";
import { until } from "../support/until.ts";

/** Longer than any test waits. */
const PATIENT_MS = 60_000;

const PICTURE = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
);
const FORM = await new Blob([
  '--X\r\nContent-Disposition: form-data; name="category"\r\n\r\nlego\r\n',
  '--X\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n',
  PICTURE,
  "\r\n--X--\r\n",
]).bytes();
const HALF = FORM.subarray(0, FORM.length / 2);
const REQUEST_LINE = "POST /api/assets/analyze-queue HTTP/1.1\r\nHost: localhost\r\n";
const COMMON = REQUEST_LINE +
  "Authorization: Bearer any\r\nContent-Type: multipart/form-data; boundary=X\r\n";
const HEADERS = `${COMMON}Content-Length: ${FORM.length}\r\n\r\n`;
const CHUNKED = `${COMMON}Transfer-Encoding: chunked\r\n\r\n`;

/** A real server over ports in memory. */
async function open({ drainMs, ...pace }: Partial<UploadPace> & { drainMs?: number } = {}) {
  const ports = memoryPorts();
  const { logger, lines } = recordLogs();
  let begun = 0;
  const app = createApp({
    ...ports,
    logger,
    verifyToken: () => {
      begun++;
      return Promise.resolve({ userId: newUserId(), isAdmin: false });
    },
    dependencies: {},
    isDraining: () => false,
    uploadPace: { idleMs: PATIENT_MS, totalMs: PATIENT_MS, ...pace },
  });
  const server = createHttpServer(app.fetch, drainMs);
  const { node } = server;
  const url = await listen(server, { host: "127.0.0.1", port: 0 });
  const sockets = { close: () => new Promise<void>((resolve) => node.close(() => resolve())) };
  const close = (graceMs: number) => closeServer(server, sockets, graceMs);
  return {
    node,
    close,
    connect: () => connect(Number(new URL(url).port)),
    /** How many requests have been let in. */
    begun: () => begun,
    /** The codes of the refusals, whether they reached their clients or not. */
    codes: () => lines.flatMap(({ fields }) => fields["code"] ?? []),
    assertUntouched: () => assert.deepEqual(ports.calls, []),
    stored: () => ports.stored.size,
    [Symbol.asyncDispose]: () => close(1000),
  };
}

/** A client that says itself which byte goes when. */
async function connect(port: number) {
  const connection = await Deno.connect({ port });
  let received = "";
  let isCut = false;
  const receiving = receive().catch(() => {}).then(() => isCut = true);

  async function receive() {
    const text = connection.readable.pipeThrough(new TextDecoderStream());
    for await (const piece of text) received += piece;
  }

  async function send(...parts: (string | Uint8Array<ArrayBuffer>)[]) {
    const bytes = await new Blob(parts).bytes();
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  }

  function firstAnswer() {
    const [head = "", body] = received.split("\r\n\r\n", 2);
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
    if (body === undefined || body.length < length) return;
    received = received.slice(head.length + 4 + length);
    return { head, status: Number(head.split(" ")[1]), body: JSON.parse(body || "null") };
  }

  async function close() {
    try {
      connection.close();
    } catch (error) {
      // The end of its stream has closed it already.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
    await receiving;
  }

  return {
    send,
    /** Sends one byte after the other, a little apart, until `isEnough`; returns how many. */
    async trickle(bytes: Uint8Array<ArrayBuffer>, isEnough: () => boolean): Promise<number> {
      let sent = 0;
      while (sent < bytes.length && !isEnough()) {
        await send(bytes.subarray(sent, ++sent));
        await pause(10);
      }
      return sent;
    },
    isAnswered: () => received !== "",
    answer: () => until("an answer", firstAnswer),
    isCut: () => isCut,
    close,
    [Symbol.asyncDispose]: close,
  };
}

const stopping = {
  "before its first byte": [HEADERS],
  "half-way": [HEADERS, HALF],
  "half-way through a chunk": [CHUNKED, "ff\r\n", HALF],
};

for (const [where, sent] of Object.entries(stopping)) {
  Deno.test(`a body that stops ${where} is answered 408, and nothing is stored`, async () => {
    await using api = await open({ idleMs: 200 });
    await using client = await api.connect();
    await client.send(...sent);
    const { status, head, body } = await client.answer();
    assert.equal(status, 408);
    const { requestId, ...error } = body.error;
    const message = "The request's body came too slowly; send it again";
    assert.deepEqual(error, { code: "REQUEST_TIMEOUT", message });
    assert.match(head, new RegExp(`^x-request-id: ${requestId}$`, "im"));
    assert.doesNotMatch(head, /^connection: close$/im);
    api.assertUntouched();

    await using next = await api.connect();
    await next.send(HEADERS, FORM);
    assert.equal((await next.answer()).status, 202);
  });
}

Deno.test("a body that takes too long in all is answered 408 while it still comes", async () => {
  await using api = await open({ totalMs: 300 });
  await using client = await api.connect();
  await client.send(HEADERS);
  const sent = await client.trickle(FORM, client.isAnswered);
  const { status, body } = await client.answer();
  assert.equal(status, 408);
  assert.equal(body.error.code, "REQUEST_TIMEOUT");
  assert.ok(sent < FORM.length);
  api.assertUntouched();

  await client.send(FORM.subarray(sent), HEADERS, FORM);
  assert.equal((await client.answer()).status, 202, "the connection is as good as before");
});

Deno.test("a slow but steady upload is accepted", async () => {
  const idleMs = 1000;
  await using api = await open({ idleMs });
  await using client = await api.connect();
  await client.send(HEADERS);
  const startedAt = performance.now();
  const sent = await client.trickle(FORM, () => performance.now() - startedAt > 1.2 * idleMs);
  await client.send(FORM.subarray(sent));
  assert.equal((await client.answer()).status, 202);
  assert.equal(api.stored(), 1);
});

Deno.test("after a 408 the rest is read for a while, then the connection is cut", async () => {
  await using api = await open({ idleMs: 100, drainMs: 200 });
  await using silent = await api.connect();
  await silent.send(HEADERS);
  assert.equal((await silent.answer()).status, 408);
  await until("the silent client's connection is cut", silent.isCut);

  await using slow = await api.connect();
  await slow.send(HEADERS);
  assert.equal((await slow.answer()).status, 408);
  const sent = await slow.trickle(FORM, slow.isCut).catch(() => 0);
  assert.ok(sent < FORM.length, "it may not send as long as it likes");
  await until("the slow client's connection is cut", slow.isCut);
  api.assertUntouched();
});

Deno.test("a client that goes away in the middle leaves nothing behind", async () => {
  await using api = await open({ idleMs: 300 });
  await using client = await api.connect();
  await client.send(HEADERS, HALF);
  await until("the request has begun", () => api.begun() === 1);
  await client.close();
  await until("the request has ended", () => api.codes().length === 1);
  assert.deepEqual(api.codes(), ["VALIDATION_ERROR"]);
  assert.ok(!client.isAnswered());

  await using refused = await api.connect();
  await refused.send(HEADERS, HALF);
  assert.equal((await refused.answer()).status, 408);
  await refused.close();
  api.assertUntouched();

  await using next = await api.connect();
  await next.send(HEADERS, FORM);
  assert.equal((await next.answer()).status, 202);
});

Deno.test("a body that still comes holds the server's end up for its grace only", async () => {
  await using api = await open();
  await using client = await api.connect();
  await client.send(HEADERS, HALF);
  await until("the request has begun", () => api.begun() === 1);
  await api.close(50);
  await until("the connection is cut", client.isCut);
  api.assertUntouched();
});

Deno.test("headers that come too slowly are answered 408 by the runtime", async () => {
  await using api = await open();
  api.node.headersTimeout = 100;
  await using client = await api.connect();
  await client.send(REQUEST_LINE);
  assert.equal((await client.answer()).status, 408);
  await until("the connection is cut", client.isCut);
});

Deno.test("the runtime's limit for a request leaves an upload all of its time", async () => {
  await using api = await open();
  const { headersTimeout, requestTimeout } = api.node;
  assert.ok(requestTimeout > headersTimeout + UPLOAD_PACE.totalMs);
});

Deno.test("an idle connection is kept for longer than the 60 s that a proxy keeps its own", async () => {
  await using api = await open();
  assert.ok(api.node.keepAliveTimeout > 60_000);
});
