import assert from "node:assert/strict";
import type { ImageStore } from "../../src/assets/ports.ts";
import { hang, NAME, openStore, PICTURE, put } from "../support/cloudinary_store.ts";
import { assetErrorOf } from "../support/failures.ts";
import { startFakeCloudinary } from "../support/fake_cloudinary.ts";
import { photo } from "../support/photos.ts";
import { until } from "../support/until.ts";

Deno.test("T003 T022 a picture of 10 MiB arrives whole, under its name and as its type", async () => {
  await using cloudinary = startFakeCloudinary();
  const store = await openStore(cloudinary);
  const noise = crypto.getRandomValues(new Uint8Array(65_536));
  const image = new Blob(Array.from({ length: 160 }, () => noise));
  const { url } = await put(store, image);

  assert.deepEqual([...cloudinary.images.keys()], [NAME]);
  const stored = cloudinary.images.get(NAME);
  assert.equal(stored?.contentType, "image/png");
  assert.equal(stored.bytes.length, 10 * 1024 * 1024);
  const sha256 = async (bytes: Uint8Array<ArrayBuffer>) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  assert.equal(await sha256(stored.bytes), await sha256(await image.bytes()));
  assert.equal((await (await fetch(url)).bytes()).length, image.size);
});

Deno.test("putting the same name again overwrites", async () => {
  await using cloudinary = startFakeCloudinary();
  const store = await openStore(cloudinary);
  await put(store);
  const second = await photo("camera.png");
  await put(store, second);
  assert.equal(cloudinary.images.get(NAME)?.bytes.length, second.size);
});

Deno.test("a picture that was removed is gone, and removing it again is no error", async () => {
  await using cloudinary = startFakeCloudinary();
  const store = await openStore(cloudinary);
  await put(store);
  await store.remove(NAME);
  assert.equal(cloudinary.images.size, 0);
  await store.remove(NAME);
});

Deno.test("an upload_prefix may end in a slash", async () => {
  await using cloudinary = startFakeCloudinary();
  const store = await openStore(cloudinary, { change: (url) => `${url}%2F` });
  await put(store);
  assert.equal(cloudinary.images.size, 1);
});

Deno.test("an upload ends when its caller gives up, while Cloudinary works on it", async () => {
  await using cloudinary = startFakeCloudinary();
  using _ = hang(cloudinary);
  const caller = new AbortController();
  const failing = putUntil(caller.signal, await openStore(cloudinary), PICTURE.stream());
  await until("the upload has begun", () => cloudinary.uploads() === 1);
  caller.abort(GONE);
  assert.equal((await failing).cause, GONE);
});

Deno.test("an upload ends when its caller gives up, while the picture still comes in", async () => {
  await using cloudinary = startFakeCloudinary();
  const caller = new AbortController();
  const failing = putUntil(caller.signal, await openStore(cloudinary), new ReadableStream());
  caller.abort(GONE);
  assert.equal((await failing).cause, GONE);
  assert.equal(cloudinary.uploads(), 0);
});

const GONE = new Error("The client went away");

function putUntil(
  signal: AbortSignal,
  store: ImageStore,
  image: ReadableStream<Uint8Array<ArrayBuffer>>,
) {
  const putting = store.put(image, { name: NAME, contentType: "image/png", signal });
  return assetErrorOf(putting, "image_in_doubt");
}
