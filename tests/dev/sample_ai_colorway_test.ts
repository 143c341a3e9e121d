import assert from "node:assert/strict";
import { ImageMagick, MagickFormat, MagickImageInfo } from "@imagemagick/magick-wasm";
import { analyzeImage, loadDecoder } from "../../dev/sample_ai/analyze_image.ts";
import { nameColorway } from "../../dev/sample_ai/colorway.ts";
import { PictureError } from "../../dev/sample_ai/picture_error.ts";
import { paintPicture, readPhoto } from "./sample_ai_harness.ts";

const BLUE = [0, 0, 255, 255] as const;
const RED = [255, 0, 0, 255] as const;
const WHITE = [255, 255, 255, 255] as const;
const CLEAR = [255, 0, 0, 0] as const;

// 64 x 64, left 24 columns white, the rest blue: made with pillow-heif, as magick cannot write HEIC.
const HEIC_BASE64 =
  "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAABegABAAAAAAAAAFwAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAAGRtZGF0AAAAWCgBrwng47lwK7ePlBX9vqn/5pi9f34n/yc8mwGS9h6xxE/TbbMpo//GNrmsfNrKxaK4Ql3/NUnV9hVn6TrS/mBf2Cixy8v664ptYtQFJNJNYsIhkbsR8uA=";

await loadDecoder();

/** RGBA bytes from runs of one colour, as in [70, "ff0000ff"]. */
function pixels(...runs: [count: number, hex: string][]): Uint8Array {
  return Uint8Array.fromHex(runs.map(([count, hex]) => hex.repeat(count)).join(""));
}

function readAlpha(png: Uint8Array, points: [x: number, y: number][]): number[] {
  return ImageMagick.read(
    png,
    (image) => image.getPixels((all) => points.map(([x, y]) => all.getColor(x, y)?.a ?? -1)),
  );
}

const plainNames = {
  "000000ff": "black",
  "808080ff": "grey",
  "ffffffff": "white",
  "e00000ff": "red",
  "ff8000ff": "orange",
  "7b3f00ff": "brown",
  "f5f5dcff": "beige",
  "ffff00ff": "yellow",
  "808000ff": "olive",
  "008000ff": "green",
  "008080ff": "teal",
  "1e50d2ff": "blue",
  "000080ff": "navy",
  "800080ff": "purple",
  "ffc0cbff": "pink",
};

for (const [hex, name] of Object.entries(plainNames)) {
  Deno.test(`the colour ${hex.slice(0, 6)} is called ${name}`, () => {
    assert.deepEqual(nameColorway(pixels([10, hex])), { value: name, confidence: 1 });
  });
}

Deno.test("the most frequent colour is named first, and a trace of colour is not named", () => {
  const guess = nameColorway(pixels([2, "00ff00ff"], [33, "ffffffff"], [65, "ff0000ff"]));
  assert.deepEqual(guess, { value: "red / white", confidence: 0.98 });
});

Deno.test("no more than three colours are named, and the rest lowers the confidence", () => {
  const guess = nameColorway(
    pixels([40, "000000ff"], [30, "ffffffff"], [18, "ff0000ff"], [12, "ffff00ff"]),
  );
  assert.deepEqual(guess, { value: "black / white / red", confidence: 0.88 });
});

Deno.test("transparent pixels do not count", () => {
  const guess = nameColorway(pixels([90, "ff000000"], [10, "0000ffff"]));
  assert.deepEqual(guess, { value: "blue", confidence: 1 });
});

Deno.test("a picture without an opaque pixel has an unknown colorway", () => {
  const guess = nameColorway(pixels([5, "ff000000"]));
  assert.deepEqual(guess, { value: "unknown", confidence: 0 });
});

for (const format of ["Png", "Jpeg", "WebP", "Gif", "Avif"] as const) {
  Deno.test(`a ${format} of two colours gives exactly their names`, () => {
    const picture = paintPicture(MagickFormat[format], (x) => x < 24 ? WHITE : BLUE);
    assert.equal(MagickImageInfo.create(picture).format, MagickFormat[format]);
    assert.equal(analyzeImage(picture).colorway.value, "blue / white");
  });
}

Deno.test("a HEIC of two colours gives exactly their names", () => {
  const picture = Uint8Array.fromBase64(HEIC_BASE64);
  assert.equal(analyzeImage(picture).colorway.value, "blue / white");
});

Deno.test("a plain background becomes transparent and the thing before it stays", () => {
  const picture = paintPicture(MagickFormat.Png, (x, y) => {
    return x >= 16 && x < 48 && y >= 16 && y < 48 ? RED : WHITE;
  });
  const { processed } = analyzeImage(picture);
  assert.deepEqual(readAlpha(processed, [[0, 0], [63, 63], [32, 2], [32, 32]]), [0, 0, 0, 255]);
});

Deno.test("a picture whose corners differ keeps its background", () => {
  const picture = paintPicture(MagickFormat.Png, (x) => x < 24 ? WHITE : BLUE);
  const { processed } = analyzeImage(picture);
  assert.deepEqual(readAlpha(processed, [[0, 0], [63, 63], [32, 32]]), [255, 255, 255]);
});

Deno.test("a transparent part stays transparent in the processed image", () => {
  const picture = paintPicture(MagickFormat.Png, (x) => x < 24 ? CLEAR : BLUE);
  const { processed, colorway } = analyzeImage(picture);
  assert.equal(colorway.value, "blue");
  assert.deepEqual(readAlpha(processed, [[2, 2], [60, 60]]), [0, 255]);
});

Deno.test("bytes that are no picture are refused for good", async () => {
  const cut = (await readPhoto("coffee.png")).slice(0, 100_000);
  const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>');
  for (const bytes of [new Uint8Array(), new TextEncoder().encode("no picture"), cut, svg]) {
    assert.throws(
      () => analyzeImage(bytes),
      (error) => error instanceof PictureError && error.status === 422,
    );
  }
});
