import assert from "node:assert/strict";
import { createApp } from "../../src/http/app.ts";
import { createLocalImageStore } from "../../src/images/local_image_store.ts";
import { memoryPorts } from "../support/memory_ports.ts";
import { photo } from "../support/photos.ts";
import { quietLogger } from "../support/quiet_logger.ts";

const NAME = "507f1f77bcf86cd799439011-00112233445566778899aabbccddeeff";
const HOST = "http://127.0.0.1:3000";

/** The app as development has it, with its pictures in this folder. */
function openApp(directory: string) {
  const images = createLocalImageStore({ directory, baseUrl: () => HOST });
  const app = createApp({
    ...{ ...memoryPorts(), images, readImage: images.read, logger: quietLogger },
    ...{ verifyToken: () => Promise.reject(new Error("No")), dependencies: {} },
    isDraining: () => false,
  });
  return { images, get: async (path: string) => await app.request(HOST + path) };
}

Deno.test("in development a picture is served under its URL, to everybody, as what it is", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const { images, get } = openApp(directory);
    const picture = await photo("camera.png");
    const { url } = await images.put(picture.stream(), { name: NAME, contentType: "image/png" });
    const response = await get(new URL(url).pathname);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("Content-Type"), "image/png");
    assert.equal(response.headers.get("X-Content-Type-Options"), "nosniff");
    assert.deepEqual(await response.bytes(), await picture.bytes());
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a picture that is not there, or lies elsewhere, is 404", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const { get } = openApp(directory);
    await Deno.writeTextFile(`${directory}/notes.txt`, "secret");
    for (
      const name of [`${NAME}.png`, "notes.txt", "..%2Fnotes.txt", "%2e%2e%2fx.png", "%00.png"]
    ) {
      const response = await get(`/images/${name}`);
      assert.equal(response.status, 404, name);
      assert.equal((await response.json()).error.code, "NOT_FOUND");
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
