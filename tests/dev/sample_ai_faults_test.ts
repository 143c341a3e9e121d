import assert from "node:assert/strict";
import { startSampleAi } from "../../dev/sample_ai/server.ts";
import { awaitCall, postJson, readPhoto, servePictures } from "./sample_ai_harness.ts";

/** A service and a picture for it, with the two requests that every test here makes. */
async function startBench() {
  const stack = new AsyncDisposableStack();
  const service = stack.use(await startSampleAi({}));
  const host = stack.use(servePictures({ "camera.png": await readPhoto("camera.png") }));
  const imageUrl = `${host.url}/camera.png`;
  return {
    service,
    imageUrl,
    addFault: async (spec: Record<string, unknown>): Promise<string> => {
      const response = await postJson(`${service.url}/faults`, spec);
      assert.equal(response.status, 201);
      return (await response.json()).id;
    },
    clearFaults: async (id?: string) => {
      const path = id === undefined ? "/faults" : `/faults/${id}`;
      return (await fetch(service.url + path, { method: "DELETE" })).status;
    },
    analyze: (query = "", init: RequestInit = {}) =>
      postJson(
        `${service.url}/analyze`,
        { imageUrl: imageUrl + query, category: "bags" },
        init,
      ),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function readOutcome(response: Response) {
  await response.body?.cancel();
  return response.status;
}

Deno.test("a fault with times spoils so many calls and then no more", async () => {
  await using bench = await startBench();
  await bench.addFault({ kind: "status", times: 2 });
  const statuses: number[] = [];
  for (let n = 0; n < 3; n += 1) statuses.push(await readOutcome(await bench.analyze()));
  assert.deepEqual(statuses, [503, 503, 200]);
  const { calls } = await (await fetch(`${bench.service.url}/calls`)).json();
  const outcomes = calls.map((call: { outcome: string }) => call.outcome);
  assert.deepEqual(outcomes, ["status", "status", "ok"]);
});

Deno.test("a fault with a match spoils only the calls on that picture", async () => {
  await using bench = await startBench();
  await bench.addFault({ kind: "status", status: 418, match: "mine" });
  assert.equal(await readOutcome(await bench.analyze("?of=others")), 200);
  assert.equal(await readOutcome(await bench.analyze("?of=mine")), 418);
});

Deno.test("a fault with every spoils one in so many of the calls that match, so often as times says", async () => {
  await using bench = await startBench();
  await bench.addFault({ kind: "status", every: 2, times: 2, match: "mine" });
  const statuses: number[] = [];
  for (let n = 0; n < 5; n += 1) {
    assert.equal(await readOutcome(await bench.analyze("?of=others")), 200);
    statuses.push(await readOutcome(await bench.analyze("?of=mine")));
  }
  assert.deepEqual(statuses, [200, 503, 200, 503, 200]);
});

Deno.test("a call that a fault with every lets through is the next fault's", async () => {
  await using bench = await startBench();
  await bench.addFault({ kind: "status", status: 500, every: 2 });
  await bench.addFault({ kind: "status", status: 400 });
  const statuses: number[] = [];
  for (let n = 0; n < 4; n += 1) statuses.push(await readOutcome(await bench.analyze()));
  assert.deepEqual(statuses, [400, 500, 400, 500]);
});

Deno.test("the first fault with times left applies, then the next", async () => {
  await using bench = await startBench();
  await bench.addFault({ kind: "status", status: 500, times: 1 });
  await bench.addFault({ kind: "status", status: 400 });
  assert.equal(await readOutcome(await bench.analyze()), 500);
  assert.equal(await readOutcome(await bench.analyze()), 400);
});

Deno.test("a fault lasts until it is cleared, alone or with all others", async () => {
  await using bench = await startBench();
  const first = await bench.addFault({ kind: "status", status: 500 });
  await bench.addFault({ kind: "status", status: 501 });
  assert.equal(await readOutcome(await bench.analyze()), 500);
  assert.equal(await bench.clearFaults(first), 204);
  assert.equal(await bench.clearFaults(first), 404);
  assert.equal(await readOutcome(await bench.analyze()), 501);
  assert.equal(await bench.clearFaults(), 204);
  assert.equal(await readOutcome(await bench.analyze()), 200);
});

Deno.test("a fault out of shape is answered 400 with the field at fault", async () => {
  await using bench = await startBench();
  const cases: [spec: unknown, told: RegExp][] = [
    [{ kind: "fire" }, /kind/],
    [{ kind: "status", status: 99 }, /status/],
    [{ kind: "hang", times: 0 }, /times/],
    [{ kind: "hang", every: 0 }, /every/],
    [{ kind: "hang", delayMs: 5 }, /delayMs/],
    ["hang", /body/],
  ];
  for (const [spec, told] of cases) {
    const response = await postJson(`${bench.service.url}/faults`, spec);
    assert.equal(response.status, 400);
    assert.match((await response.json()).error, told);
  }
  assert.equal(await readOutcome(await bench.analyze()), 200);
});

Deno.test("rate_limit answers 429, with Retry-After when one is given", async () => {
  await using bench = await startBench();
  await bench.addFault({ kind: "rate_limit", times: 1, retryAfter: "7" });
  await bench.addFault({ kind: "rate_limit", times: 1 });
  for (const retryAfter of ["7", null]) {
    const response = await bench.analyze();
    assert.equal(response.headers.get("retry-after"), retryAfter);
    assert.equal(await readOutcome(response), 429);
  }
});

Deno.test("redirect answers 302 to the location given", async () => {
  await using bench = await startBench();
  await bench.addFault({ kind: "redirect", location: "https://example.com/elsewhere" });
  const response = await bench.analyze("", { redirect: "manual" });
  assert.equal(response.status, 302);
  assert.equal(response.headers.get("location"), "https://example.com/elsewhere");
});

Deno.test("bad_json and bad_schema answer 200 with what no client can use", async () => {
  await using bench = await startBench();
  await bench.addFault({ kind: "bad_json", times: 1 });
  await bench.addFault({ kind: "bad_schema", times: 1 });
  const badJson = await bench.analyze();
  assert.equal(badJson.status, 200);
  await assert.rejects(badJson.json(), SyntaxError);
  const badSchema = await bench.analyze();
  assert.equal(badSchema.status, 200);
  const answer = await badSchema.json();
  assert.ok(answer.model.confidence > 1);
  assert.equal(answer.processedImageUrl, undefined);
});

Deno.test("cut drops the connection within the body", async () => {
  await using bench = await startBench();
  await bench.addFault({ kind: "cut" });
  const response = await bench.analyze();
  assert.equal(response.status, 200);
  await assert.rejects(response.text());
});

Deno.test("huge answers more than 1 MiB that is else within the contract", async () => {
  await using bench = await startBench();
  await bench.addFault({ kind: "huge" });
  const text = await (await bench.analyze()).text();
  assert.ok(text.length > 1024 * 1024);
  assert.equal(typeof JSON.parse(text).colorway.value, "string");
});

Deno.test("huge answers as much as it is told to", async () => {
  await using bench = await startBench();
  await bench.addFault({ kind: "huge", bytes: 200_000, times: 1 });
  const text = await (await bench.analyze()).text();
  assert.ok(text.length > 200_000 && text.length < 300_000);
});

Deno.test("bad_utf8 answers 200 with what is no text", async () => {
  await using bench = await startBench();
  await bench.addFault({ kind: "bad_utf8" });
  const response = await bench.analyze();
  assert.equal(response.status, 200);
  const strict = new TextDecoder("utf-8", { fatal: true });
  const bytes = await response.bytes();
  assert.throws(() => strict.decode(bytes), TypeError);
});

Deno.test("answer answers 200 with the text given, and nothing else", async () => {
  await using bench = await startBench();
  for (const text of ["", '{"brand": NaN}']) {
    await bench.addFault({ kind: "answer", text, times: 1 });
    const response = await bench.analyze();
    assert.equal(response.status, 200);
    assert.equal(await response.text(), text);
  }
});

Deno.test("drip has its headers at once, and its body a byte at a time until it is cleared", async () => {
  await using bench = await startBench();
  const id = await bench.addFault({ kind: "drip", everyMs: 86_400_000 });
  const response = await bench.analyze();
  assert.equal(response.status, 200);
  const [first, rest] = (response.body as ReadableStream<Uint8Array>).tee();
  const reader = first.getReader();
  assert.equal((await reader.read()).value?.length, 1);
  await bench.clearFaults(id);
  void reader.cancel();
  assert.equal((await new Response(rest).json()).brand.value, "unknown");
});

Deno.test("a fault with a category spoils only the calls of that category", async () => {
  await using bench = await startBench();
  await bench.addFault({ kind: "status", category: "shoes" });
  assert.equal(await readOutcome(await bench.analyze()), 200);
  await bench.addFault({ kind: "status", category: "bags" });
  assert.equal(await readOutcome(await bench.analyze()), 503);
});

Deno.test("slow answers well after its delay", async () => {
  await using bench = await startBench();
  await bench.addFault({ kind: "slow", delayMs: 1 });
  const response = await bench.analyze();
  assert.equal(response.status, 200);
  assert.equal((await response.json()).brand.value, "unknown");
  const call = await awaitCall(bench.service.url, bench.imageUrl);
  assert.deepEqual([call.outcome, call.status], ["slow", 200]);
});

Deno.test("slow answers at once when it is cleared", async () => {
  await using bench = await startBench();
  const id = await bench.addFault({ kind: "slow", delayMs: 86_400_000 });
  const pending = bench.analyze();
  assert.equal((await awaitCall(bench.service.url, bench.imageUrl)).status, null);
  await bench.clearFaults(id);
  assert.equal(await readOutcome(await pending), 200);
});

Deno.test("hang answers nothing until it is cleared", async () => {
  await using bench = await startBench();
  await bench.addFault({ kind: "hang", times: 1 });
  const pending = bench.analyze();
  const call = await awaitCall(bench.service.url, bench.imageUrl);
  assert.deepEqual([call.outcome, call.status], ["hang", null]);
  await bench.clearFaults();
  assert.equal(await readOutcome(await pending), 503);
});

Deno.test("closing ends while a call hangs", async () => {
  const bench = await startBench();
  await bench.addFault({ kind: "hang" });
  const refused = assert.rejects(bench.analyze());
  await awaitCall(bench.service.url, bench.imageUrl);
  await bench[Symbol.asyncDispose]();
  await refused;
});
