import assert from "node:assert/strict";
import { createHttpServer, listen } from "../../src/listen.ts";

/** Sends this text as it is; the answer's status, once the connection is closed. */
async function statusOf(port: number, text: string): Promise<number> {
  using connection = await Deno.connect({ port });
  const answer = new Response(connection.readable).text();
  const bytes = new TextEncoder().encode(text);
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  return Number((await answer).split(" ")[1]);
}

Deno.test("what is no HTTP, or has too long a head, is answered by the runtime, and the next request works", async () => {
  const server = createHttpServer(() => new Response("reached"));
  const url = await listen(server, { host: "127.0.0.1", port: 0 });
  try {
    const port = Number(new URL(url).port);
    const long = "a".repeat(20_000);
    const cases = [
      ["nonsense\r\n\r\n", 400],
      ["POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400],
      [
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        400,
      ],
      [`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${long}\r\n\r\n`, 431],
      [`GET /${long} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ] as const;
    for (const [text, status] of cases) {
      assert.equal(await statusOf(port, text), status, text.slice(0, 40));
      assert.equal(await (await fetch(url)).text(), "reached");
    }
  } finally {
    server.node.closeAllConnections();
    await new Promise((resolve) => server.node.close(resolve));
  }
});
