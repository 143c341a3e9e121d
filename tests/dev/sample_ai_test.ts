import assert from "node:assert/strict";
import { MagickFormat, MagickImageInfo } from "@imagemagick/magick-wasm";
import { createCallLog } from "../../dev/sample_ai/call_log.ts";
import { createProcessedImages } from "../../dev/sample_ai/processed_images.ts";
import { startSampleAi } from "../../dev/sample_ai/server.ts";
import { paintPicture, postJson, readPhoto, servePictures } from "./sample_ai_harness.ts";

const photos = {
  "camera.png": { colors: "grey / black", side: 512 },
  "coffee.png": { colors: "brown / red / orange", side: 512 },
  "chelsea.png": { colors: "brown / grey", side: 451 },
};

for (const [name, { colors, side }] of Object.entries(photos)) {
  Deno.test(`the photo ${name} is answered to the letter of the contract`, async () => {
    await using service = await startSampleAi({});
    await using host = servePictures({ [name]: await readPhoto(name) });
    const response = await postJson(`${service.url}/analyze`, {
      imageUrl: `${host.url}/${name}`,
      category: "sneakers",
    });
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
    const { colorway, processedImageUrl, ...rest } = await response.json();
    const unknown = { value: "unknown", confidence: 0.1 };
    assert.deepEqual(rest, { brand: unknown, model: unknown });
    assert.deepEqual(Object.keys(colorway), ["value", "confidence"]);
    assert.equal(colorway.value, colors);
    assert.ok(colorway.confidence > 0.5 && colorway.confidence <= 1);
    assert.match(processedImageUrl, new RegExp(`^${service.url}/processed/[0-9a-f-]+\\.png$`));

    const processed = await fetch(processedImageUrl);
    assert.equal(processed.status, 200);
    assert.equal(processed.headers.get("content-type"), "image/png");
    const info = MagickImageInfo.create(new Uint8Array(await processed.arrayBuffer()));
    assert.equal(info.format, MagickFormat.Png);
    assert.equal(Math.max(info.width, info.height), side);
  });
}

Deno.test("its pictures have the address that the service is told, where it is told one", async () => {
  const publicUrl = "http://127.0.0.1:3000";
  await using service = await startSampleAi({ publicUrl });
  await using host = servePictures({ "camera.png": await readPhoto("camera.png") });
  const body = { imageUrl: `${host.url}/camera.png`, category: "camera" };
  const { processedImageUrl } = await (await postJson(`${service.url}/analyze`, body)).json();
  const { origin, pathname } = new URL(processedImageUrl);
  assert.equal(origin, publicUrl);
  assert.equal((await (await fetch(service.url + pathname)).bytes()).length > 0, true);
});

Deno.test("a picture smaller than the limit is not enlarged", async () => {
  await using service = await startSampleAi({});
  const picture = paintPicture(MagickFormat.Png, () => [255, 0, 0, 255]);
  await using host = servePictures({ "red.png": picture });
  const body = { imageUrl: `${host.url}/red.png`, category: "bags" };
  const { processedImageUrl } = await (await postJson(`${service.url}/analyze`, body)).json();
  const processed = await (await fetch(processedImageUrl)).bytes();
  assert.equal(MagickImageInfo.create(processed).width, 64);
});

Deno.test("a body out of contract is answered 400 with the field at fault", async () => {
  await using service = await startSampleAi({});
  const good = { imageUrl: "http://127.0.0.1/a.png", category: "bags" };
  const cases: [body: unknown, told: RegExp][] = [
    [{ category: "bags" }, /imageUrl/],
    [{ ...good, imageUrl: "file:///etc/passwd" }, /imageUrl/],
    [{ ...good, category: "" }, /category/],
    [{ ...good, userId: "1" }, /userId/],
    [null, /body/],
  ];
  for (const [body, told] of cases) {
    const response = await postJson(`${service.url}/analyze`, body);
    assert.equal(response.status, 400);
    assert.match((await response.json()).error, told);
  }
  const noJson = await fetch(`${service.url}/analyze`, { method: "POST", body: "{" });
  assert.equal(noJson.status, 400);
  assert.equal(typeof (await noJson.json()).error, "string");
});

Deno.test("a picture that is gone, no picture or too large is answered 422", async () => {
  await using service = await startSampleAi({});
  await using host = servePictures({
    "denied.png": 403,
    "text.png": new TextEncoder().encode("no picture"),
    "large.png": new Uint8Array(26 * 1024 * 1024),
  });
  for (const name of ["gone.png", "denied.png", "text.png", "large.png"]) {
    const body = { imageUrl: `${host.url}/${name}`, category: "bags" };
    const response = await postJson(`${service.url}/analyze`, body);
    assert.equal(response.status, 422, name);
    assert.equal(typeof (await response.json()).error, "string");
  }
});

Deno.test("a picture whose host is away or broken is answered 502", async () => {
  await using service = await startSampleAi({});
  const away = servePictures({});
  await away[Symbol.asyncDispose]();
  await using broken = servePictures({ "a.png": 503 });
  for (const { url } of [away, broken]) {
    const body = { imageUrl: `${url}/a.png`, category: "bags" };
    const response = await postJson(`${service.url}/analyze`, body);
    assert.equal(response.status, 502);
    assert.equal(typeof (await response.json()).error, "string");
  }
});

Deno.test("calls are on record with what was sent and how they ended", async () => {
  await using service = await startSampleAi({});
  await using host = servePictures({ "coffee.png": await readPhoto("coffee.png") });
  const good = { imageUrl: `${host.url}/coffee.png`, category: "bags" };
  const bad = { imageUrl: `${host.url}/gone.png`, category: "hats" };
  const headers = { "idempotency-key": "asset-1-1", authorization: "Bearer not-to-be-kept" };
  await (await postJson(`${service.url}/analyze`, good, { headers })).body?.cancel();
  await (await postJson(`${service.url}/analyze`, bad)).body?.cancel();

  const response = await fetch(`${service.url}/calls`);
  const text = await response.text();
  assert.ok(!text.includes("not-to-be-kept"));
  const { calls } = JSON.parse(text);
  for (const call of calls) assert.equal(new Date(call.at).toISOString(), call.at);
  const [first, second] = calls.map(({ at: _at, ...call }: { at: string }) => call);
  const sent = { ...good, body: good, idempotencyKey: "asset-1-1", authorization: true };
  assert.deepEqual(first, { ...sent, outcome: "ok", status: 200 });
  const plain = { ...bad, body: bad, idempotencyKey: null, authorization: false };
  assert.deepEqual(second, { ...plain, outcome: "error", status: 422 });

  const matched = await (await fetch(`${service.url}/calls?match=coffee`)).json();
  assert.equal(matched.calls.length, 1);
  assert.equal((await fetch(`${service.url}/calls`, { method: "DELETE" })).status, 204);
  assert.deepEqual(await (await fetch(`${service.url}/calls`)).json(), { calls: [] });
});

Deno.test("the record keeps the last 10,000 calls", () => {
  const log = createCallLog();
  for (let n = 0; n <= 10_000; n += 1) log.add({ imageUrl: `http://a/${n}` }, new Headers());
  const calls = log.list("");
  assert.equal(calls.length, 10_000);
  assert.equal(calls[0]?.imageUrl, "http://a/1");
});

Deno.test("the oldest processed image goes when there are too many", () => {
  const images = createProcessedImages();
  const paths = Array.from({ length: 201 }, (_, n) => images.add(new Uint8Array([n])));
  assert.equal(images.get(paths[0] ?? ""), undefined);
  assert.deepEqual(images.get(paths[1] ?? ""), new Uint8Array([1]));
  assert.deepEqual(images.get(paths[200] ?? ""), new Uint8Array([200]));
});

Deno.test("the service says that it is well, and 404 for what it has not", async () => {
  await using service = await startSampleAi({});
  assert.deepEqual(await (await fetch(`${service.url}/healthz`)).json(), { ok: true });
  const missing = await fetch(`${service.url}/processed/none.png`);
  assert.equal(missing.status, 404);
  assert.equal(typeof (await missing.json()).error, "string");
});
