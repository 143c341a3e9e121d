import assert from "node:assert/strict";
import { serveAnswers } from "../support/http_answers.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";

/** A server behind a proxy, and a record of the requests that came through. */
function openBench() {
  const stack = new AsyncDisposableStack();
  const got: string[] = [];
  const server = stack.use(serveAnswers((request) => {
    got.push(new URL(request.url).pathname);
    return new Response("well");
  }));
  const proxy = stack.use(startTcpProxy(server.url));
  const client = stack.adopt(
    Deno.createHttpClient({ poolMaxIdlePerHost: 0 }),
    (client) => client.close(),
  );
  return {
    ...{ got, proxy, stop: () => server[Symbol.asyncDispose]() },
    ask: async (path: string) => await (await fetch(proxy.url + path, { client })).text(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

Deno.test("a proxy that was cut refuses, and serves again once it is restored", async () => {
  await using bench = openBench();
  assert.equal(await bench.ask("/before"), "well");
  bench.proxy.cut();
  await assert.rejects(bench.ask("/meanwhile"));
  bench.proxy.restore();
  assert.equal(await bench.ask("/after"), "well");
  assert.deepEqual(bench.got, ["/before", "/after"]);
});

Deno.test("a blackhole for requests keeps them from the server, and shows them", async () => {
  await using bench = openBench();
  bench.proxy.blackhole("requests");
  const asked = assert.rejects(bench.ask("/swallowed"));
  await until("the request", () => bench.proxy.swallowed.includes("/swallowed"));
  bench.proxy.restore();
  await asked;
  assert.deepEqual([bench.got, bench.proxy.swallowed], [[], ""]);
});

Deno.test("a blackhole for answers lets the server do its work", async () => {
  await using bench = openBench();
  bench.proxy.blackhole("answers");
  const asked = assert.rejects(bench.ask("/done"));
  await until("the answer", () => bench.proxy.swallowed.includes("well"));
  bench.proxy.restore();
  await asked;
  assert.deepEqual(bench.got, ["/done"]);
});

Deno.test("a delayed request comes through whole", async () => {
  await using bench = openBench();
  bench.proxy.delay(20);
  assert.equal(await bench.ask("/late"), "well");
});

Deno.test("a server that is away ends the proxy's connections, not the proxy", async () => {
  await using bench = openBench();
  await bench.stop();
  await assert.rejects(bench.ask("/first"));
  await assert.rejects(bench.ask("/second"));
});
