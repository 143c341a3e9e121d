import assert from "node:assert/strict";
import { join } from "node:path";
import { createLocalImageStore } from "../../src/images/local_image_store.ts";
import { assetErrorOf } from "../support/failures.ts";

const NAME = "507f1f77bcf86cd799439011-00112233445566778899aabbccddeeff";
const BASE_URL = "http://127.0.0.1:3000";

/** A store in a folder of the test's own, which is not there yet. */
function openStore() {
  const parent = Deno.makeTempDirSync();
  const directory = join(parent, "images");
  return {
    ...{ parent, directory },
    store: createLocalImageStore({ directory, baseUrl: () => BASE_URL }),
    [Symbol.dispose]: () => Deno.removeSync(parent, { recursive: true }),
  };
}

type Store = ReturnType<typeof openStore>["store"];

function put(store: Store, text: string, contentType = "image/png") {
  return store.put(new Blob([text]).stream(), { name: NAME, contentType });
}

async function read(store: Store, fileName: string) {
  const image = await store.read(fileName);
  return image && { contentType: image.contentType, text: await new Response(image.body).text() };
}

Deno.test("a picture that was put can be read under the name in its URL", async () => {
  using opened = openStore();
  const types = { jpeg: "jpg", png: "png", webp: "webp", gif: "gif", avif: "avif", heic: "heic" };
  for (const [type, extension] of Object.entries(types)) {
    const contentType = `image/${type}`;
    const { url } = await put(opened.store, type, contentType);
    assert.equal(url, `${BASE_URL}/images/${NAME}.${extension}`);
    assert.deepEqual(await read(opened.store, `${NAME}.${extension}`), { contentType, text: type });
  }
});

Deno.test("a picture arrives whole, whatever its size", async () => {
  using opened = openStore();
  const bytes = crypto.getRandomValues(new Uint8Array(65_536));
  const parts = Array.from({ length: 160 }, () => bytes);
  const image = new Blob(parts).stream();
  await opened.store.put(image, { name: NAME, contentType: "image/png" });
  const stored = await opened.store.read(`${NAME}.png`);
  assert.ok(stored);
  const read = await new Response(stored.body).arrayBuffer();
  assert.deepEqual(new Uint8Array(read), await new Blob(parts).bytes());
});

Deno.test("putting the same name again overwrites, also with less", async () => {
  using opened = openStore();
  await put(opened.store, "the first and longer");
  await put(opened.store, "second");
  assert.equal((await read(opened.store, `${NAME}.png`))?.text, "second");
});

Deno.test("a picture that was removed is gone, and removing it again is no error", async () => {
  using opened = openStore();
  await put(opened.store, "x", "image/jpeg");
  await opened.store.remove(NAME);
  assert.equal(await read(opened.store, `${NAME}.jpg`), null);
  await opened.store.remove(NAME);
  assert.deepEqual([...Deno.readDirSync(opened.directory)], []);
});

Deno.test("removing leaves other pictures alone", async () => {
  using opened = openStore();
  await put(opened.store, "x");
  await opened.store.remove(NAME.slice(0, -1));
  assert.equal((await read(opened.store, `${NAME}.png`))?.text, "x");
});

Deno.test("removing before the folder was ever made is no error", async () => {
  using opened = openStore();
  await opened.store.remove(NAME);
  assert.equal(await read(opened.store, `${NAME}.png`), null);
});

Deno.test("a folder that cannot be written is told as an unavailable service", async () => {
  using opened = openStore();
  Deno.writeTextFileSync(opened.directory, "A file where the folder should be");
  const failures = [
    await assetErrorOf(put(opened.store, "x"), "service_unavailable"),
    await assetErrorOf(opened.store.remove(NAME), "service_unavailable"),
  ];
  for (const { cause } of failures) assert.ok(cause instanceof Error);
});

Deno.test("a picture whose sender gives up is told to be in doubt", async () => {
  using opened = openStore();
  const reason = new Error("The client went away");
  const options = { name: NAME, contentType: "image/png", signal: AbortSignal.abort(reason) };
  const putting = opened.store.put(new Blob(["x"]).stream(), options);
  const { cause } = await assetErrorOf(putting, "image_in_doubt");
  assert.equal(cause, reason);
});

Deno.test("a picture that breaks off leaves nothing once it is removed", async () => {
  using opened = openStore();
  const broken = ReadableStream.from((async function* () {
    yield new Uint8Array(10);
    await Promise.reject(new Error("Broken off"));
  })());
  const putting = opened.store.put(broken, { name: NAME, contentType: "image/png" });
  await assetErrorOf(putting, "image_in_doubt");
  await opened.store.remove(NAME);
  assert.deepEqual([...Deno.readDirSync(opened.directory)], []);
});

Deno.test("nothing outside the folder and nothing but pictures can be read", async () => {
  using opened = openStore();
  await put(opened.store, "x");
  const outside = ["secret.png", "00.png"];
  for (const name of outside) Deno.writeTextFileSync(join(opened.parent, name), "secret");
  const inside = ["notes.txt", `${NAME}`, "index.html", "00.PNG"];
  for (const name of inside) Deno.writeTextFileSync(join(opened.directory, name), "secret");
  const names = [
    ...["../secret.png", "../00.png", `${opened.parent}/00.png`, "..", ".", "", "/", ...inside],
    ...["..%2F00.png", `${NAME}.png/../../00.png`, `${NAME}.png\n`, `${NAME}.png\0`, `${NAME}.svg`],
    `${NAME.slice(0, -1)}.png`,
  ];
  for (const name of names) assert.equal(await opened.store.read(name), null, name);
});

Deno.test("the address of a picture is asked for when it is put", async () => {
  using opened = openStore();
  let baseUrl = "";
  const { directory } = opened;
  const store = createLocalImageStore({ directory, baseUrl: () => baseUrl });
  baseUrl = "http://127.0.0.1:4000";
  assert.equal((await put(store, "x")).url, `http://127.0.0.1:4000/images/${NAME}.png`);
});
