import assert from "node:assert/strict";
import { MagickFormat } from "@imagemagick/magick-wasm";
import { loadDecoder } from "../../dev/sample_ai/analyze_image.ts";
import { imageTypeOf } from "../../src/http/image_type.ts";
import { paintPicture } from "../dev/sample_ai_harness.ts";
import { HEIC_PICTURE } from "../support/heic_picture.ts";

await loadDecoder();

function paint(format: MagickFormat): Uint8Array<ArrayBuffer> {
  return new Uint8Array(paintPicture(format, (x) => [x * 4, 0, 255, 255]));
}

function typeOf(...parts: BlobPart[]): Promise<string | undefined> {
  return imageTypeOf(new Blob(parts));
}

const accepted = {
  "image/jpeg": paint(MagickFormat.Jpeg),
  "image/png": paint(MagickFormat.Png),
  "image/webp": paint(MagickFormat.WebP),
  "image/gif": paint(MagickFormat.Gif),
  "image/avif": paint(MagickFormat.Avif),
  "image/heic": HEIC_PICTURE,
};

for (const [type, bytes] of Object.entries(accepted)) {
  Deno.test(`FR-006 a picture of the type ${type} is accepted by its bytes`, async () => {
    assert.equal(await typeOf(bytes), type);
  });
}

Deno.test("the name and the told type of a picture count for nothing", async () => {
  const asText = new File([accepted["image/gif"]], "notes.txt", { type: "text/plain" });
  assert.equal(await imageTypeOf(asText), "image/gif");
  const html = "<!doctype html><script>alert(1)</script>";
  const asPicture = new File([html], "photo.png", { type: "image/png" });
  assert.equal(await imageTypeOf(asPicture), undefined);
});

Deno.test("a large picture is told like a small one", async () => {
  for (const [type, bytes] of Object.entries(accepted)) {
    assert.equal(await typeOf(bytes, new Uint8Array(200_000)), type);
  }
});

Deno.test("a PNG with a large colour profile before its pixels is a PNG all the same", async () => {
  const png = accepted["image/png"];
  const afterHeader = 8 + 25;
  const profile = new Uint8Array(50_000 + 12);
  new DataView(profile.buffer).setUint32(0, 50_000);
  profile.set(new TextEncoder().encode("iCCP"), 4);
  assert.equal(
    await typeOf(png.slice(0, afterHeader), profile, png.slice(afterHeader)),
    "image/png",
  );
});

Deno.test("a picture of another format is refused", async () => {
  for (const format of [MagickFormat.Tiff, MagickFormat.Bmp, MagickFormat.Psd, MagickFormat.Ico]) {
    assert.equal(await typeOf(paint(format)), undefined, format);
  }
});

Deno.test("what is no picture is refused", async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  const noPictures = {
    ...{ svg, "svg with prolog": `<?xml version="1.0"?>\n${svg}`, text: "a photo, honestly" },
    ...{ pdf: "%PDF-1.7\n%âãÏÓ\n1 0 obj", zip: "PK\x03\x04", empty: "", "one byte": "\x89" },
  };
  for (const [what, content] of Object.entries(noPictures)) {
    assert.equal(await typeOf(content), undefined, what);
  }
  assert.equal(await typeOf(new Uint8Array(5000)), undefined, "zeros");
});

Deno.test("a picture cut anywhere near its start is told or refused, never a fault", async () => {
  for (const [type, bytes] of Object.entries(accepted)) {
    for (let size = 0; size < 64; size++) {
      const told = await typeOf(bytes.slice(0, size));
      assert.ok(told === undefined || told === type, `${type} cut at ${size}: ${told}`);
    }
  }
});
