import assert from "node:assert/strict";
import { type Answer, type Fields, form, newUser } from "../support/client.ts";
import { assertAnswer } from "../support/contract.ts";
import { photo } from "../support/photos.ts";
import { startPipeline } from "../support/pipeline.ts";
import { until } from "../support/until.ts";

const withKey = (key: string) => ({ "Idempotency-Key": key });

const FAULT = {
  field: "Idempotency-Key",
  message: "Send one key of 1 to 255 visible ASCII characters, without spaces",
};

function assertReplay(again: Answer, first: Answer) {
  assert.equal(again.status, 202);
  assert.deepEqual(again.body, first.body);
  assert.equal(again.headers.get("Location"), first.headers.get("Location"));
  assert.equal(again.headers.get("Idempotent-Replayed"), "true");
}

Deno.test("a 202 is given again word for word, also as another multipart body and when the asset is gone", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  const first = await user.submit(api, undefined, withKey("k"));
  assert.equal(first.status, 202);
  assert.equal(first.headers.get("Idempotent-Replayed"), null);

  const image = new File([await photo("camera.png")], "renamed.jpg", { type: "image/jpeg" });
  const fields: Fields = [["other", "x"], ["image", image], ["category", "camera"]];
  assertReplay(await user.submit(api, fields, withKey("k")), first);
  assert.equal(pipeline.cloudinary.uploads(), 1);

  const { assetId } = first.body.data;
  assert.equal((await user.del(api, `/api/assets/${assetId}`)).status, 204);
  await until("the asset to be gone", async () => (await pipeline.documents()).length === 0);
  assertReplay(await user.submit(api, undefined, withKey("k")), first);
  assert.equal(await pipeline.queue.count(), 0);
});

Deno.test("the same key with another category or image is refused with 422", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  await user.submit(api, undefined, withKey("k"));
  for (
    const fields of [
      [["category", "lego"], ["image", await photo("camera.png")]],
      [["category", "camera"], ["image", await photo("coffee.png")]],
    ] as const
  ) {
    const { status, body } = await user.submit(api, fields, withKey("k"));
    assert.equal(status, 422);
    assert.equal(body.error.code, "IDEMPOTENCY_MISMATCH");
    assert.match(body.error.message, /take a new key/);
  }
  assert.equal((await pipeline.documents()).length, 1);
});

Deno.test("while the first request with a key is at work the second is answered 409, in words of its own", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  const gate = Promise.withResolvers<Response>();
  pipeline.cloudinary.fault = () => gate.promise;
  const first = user.submit(api, undefined, withKey("k"));
  await until("the upload", () => pipeline.cloudinary.uploads());
  const { status, body, headers } = await user.submit(api, undefined, withKey("k"));
  assert.equal(status, 409);
  assert.equal(body.error.code, "CONFLICT");
  assert.match(body.error.message, /Idempotency-Key is still being worked on/);
  assert.match(headers.get("Retry-After") ?? "", /^\d+$/);
  gate.resolve(Response.json({ secure_url: "https://images.example.com/a.png" }));
  assertReplay(await user.submit(api, undefined, withKey("k")), await first);
});

Deno.test("any other answer frees the key: after a 400 and a 503 it is good for another photo", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  const invalid: Fields = [["category", "camera"]];
  assert.equal((await user.submit(api, invalid, withKey("k"))).status, 400);
  pipeline.cloudinary.fault = () => Response.json({}, { status: 500 });
  assert.equal((await user.submit(api, undefined, withKey("k"))).status, 503);
  pipeline.cloudinary.fault = undefined;
  const other: Fields = [["category", "other"], ["image", await photo("coffee.png")]];
  const { status, headers } = await user.submit(api, other, withKey("k"));
  assert.deepEqual([status, headers.get("Idempotent-Replayed")], [202, null]);
  assert.equal((await pipeline.documents()).length, 1);
});

Deno.test("every visible ASCII character makes a key, up to 255 of them", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  const visible = String.fromCharCode(...Array.from({ length: 94 }, (_, n) => 0x21 + n));
  const keys = ["!", visible, visible.toLowerCase(), "a".repeat(255)];
  const ids = new Set<string>();
  for (const key of keys) {
    const first = await user.submit(api, undefined, withKey(key));
    assertReplay(await user.submit(api, undefined, withKey(key)), first);
    ids.add(first.body.data.assetId);
  }
  assert.equal(ids.size, keys.length);
});

Deno.test("what is no key is refused before the image is read, naming what to change", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  for (const key of ["", "a".repeat(256), "a b", "a\tb", "schl\u00fcssel"]) {
    const { status, body } = await user.submit(api, [["category", "camera"]], withKey(key));
    assert.equal(status, 400, key);
    assert.deepEqual(body.error.details, [FAULT], key);
  }
  assert.deepEqual(await pipeline.documents(), []);
});

Deno.test("a key that is given twice is refused, even when both are equal", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const { token } = await newUser();
  const url = `${api}/api/assets/analyze-queue`;
  const { host, port, hostname } = new URL(api);
  const encoded = new Response(
    form([["category", "camera"], ["image", await photo("camera.png")]]),
  );
  const body = await encoded.bytes();
  const head = [
    "POST /api/assets/analyze-queue HTTP/1.1",
    `Host: ${host}`,
    `Authorization: Bearer ${token}`,
    `Content-Type: ${encoded.headers.get("Content-Type")}`,
    `Content-Length: ${body.length}`,
    "Idempotency-Key: k",
    "Idempotency-Key: k",
    "Connection: close",
  ];
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const answer = new Response(connection.readable).text();
  const bytes = new Uint8Array(
    await new Blob([`${head.join("\r\n")}\r\n\r\n`, body]).arrayBuffer(),
  );
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  const [answerHead = "", answerBody = ""] = (await answer).split("\r\n\r\n");
  const lines = answerHead.split("\r\n").slice(1).map((line) => line.split(": ", 2));
  const headers = new Headers(lines as [string, string][]);
  const json = JSON.parse(answerBody);
  assertAnswer({ method: "POST", url, status: 400, headers, body: json });
  assert.deepEqual(json.error.details, [FAULT]);
});
