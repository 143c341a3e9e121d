import assert from "node:assert/strict";
import { MagickFormat } from "@imagemagick/magick-wasm";
import { loadDecoder } from "../../dev/sample_ai/analyze_image.ts";
import { imageSizeFault } from "../../src/http/image_size.ts";
import { paintPicture } from "../dev/sample_ai_harness.ts";
import { HEIC_PICTURE } from "../support/heic_picture.ts";

await loadDecoder();

const TOO_LARGE = "The image may have at most 40 megapixels, and 12,000 pixels a side";
const UNREADABLE = "The image's width and height could not be read: it may be damaged";

function paint(format: MagickFormat): Uint8Array<ArrayBuffer> {
  return new Uint8Array(paintPicture(format, (x) => [x * 4, 0, 255, 255]));
}

const fault = (...parts: BlobPart[]) => imageSizeFault(new Blob(parts));

/** A real PNG whose header claims another size. */
function pngOf(width: number, height: number): Uint8Array<ArrayBuffer> {
  const bytes = paint(MagickFormat.Png);
  const header = new DataView(bytes.buffer);
  header.setUint32(16, width);
  header.setUint32(20, height);
  return bytes;
}

/** The head of a JPEG of that size, behind `before` bytes of metadata. */
function jpegOf(width: number, height: number, before = 0): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = [Uint8Array.of(0xff, 0xd8)];
  for (let left = before; left > 0; left -= 65_535) {
    const length = Math.min(left, 65_533) + 2;
    const segment = new Uint8Array(length + 2);
    segment.set([0xff, 0xe1, length >> 8, length & 0xff]);
    parts.push(segment);
  }
  const size = [height >> 8, height & 0xff, width >> 8, width & 0xff];
  const components = [1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0];
  parts.push(Uint8Array.of(0xff, 0xc0, 0, 17, 8, ...size, 3, ...components));
  return new Blob(parts);
}

Deno.test("FR-006 a picture of every accepted format passes by the size in its header", async () => {
  const formats = [
    ...[MagickFormat.Jpeg, MagickFormat.Png, MagickFormat.WebP],
    ...[MagickFormat.Gif, MagickFormat.Avif],
  ];
  for (const format of formats) assert.equal(await fault(paint(format)), undefined, format);
  assert.equal(await fault(HEIC_PICTURE), undefined);
});

Deno.test("40 megapixels and 12,000 pixels a side pass, and not one more", async () => {
  for (const [width, height] of [[8000, 5000], [12_000, 3333], [1, 12_000]] as const) {
    assert.equal(await fault(pngOf(width, height)), undefined, `${width} x ${height}`);
  }
  const tooLarge = [[8000, 5001], [12_001, 1], [1, 12_001], [30_000, 30_000], [65_536, 65_536]];
  for (const [width = 0, height = 0] of tooLarge) {
    assert.equal(await fault(pngOf(width, height)), TOO_LARGE, `${width} x ${height}`);
  }
  assert.equal(await fault(jpegOf(65_500, 65_500)), TOO_LARGE);
  const gif = paint(MagickFormat.Gif);
  gif.set([0xff, 0xff, 0xff, 0xff], 6);
  assert.equal(await fault(gif), TOO_LARGE);
});

Deno.test("a size that stands behind much metadata is found", async () => {
  assert.equal(await fault(jpegOf(4000, 3000, 1_000_000)), undefined);
  assert.equal(await fault(jpegOf(65_500, 65_500, 1_000_000)), TOO_LARGE);
});

Deno.test("a picture without a size, or with none, is told to be damaged", async () => {
  const heads = [[0xff, 0xd8, 0xff], [0x47, 0x49, 0x46, 0x38, 0x39, 0x61]];
  for (const head of heads) assert.equal(await fault(Uint8Array.from(head)), UNREADABLE);
  for (const [width, height] of [[0, 10], [10, 0], [0, 0]] as const) {
    assert.equal(await fault(pngOf(width, height)), UNREADABLE);
  }
  assert.equal(await fault(paint(MagickFormat.Png).slice(0, 20)), UNREADABLE);
});

/** A box of ISO/IEC 14496-12: its length, its name, what is in it. */
function box(name: string, ...content: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = content.reduce((sum, { length }) => sum + length, 8);
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, size);
  bytes.set(new TextEncoder().encode(name), 4);
  let offset = 8;
  for (const part of content) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

Deno.test("a HEIC that is made to break a reader is told to be damaged", async () => {
  const brand = new TextEncoder().encode("heic\0\0\0\0mif1heic");
  const count = Uint8Array.of(0, 0, 0, 0, 0, 3, 0x0d, 0x40);
  const associations = box("ipma", count, new Uint8Array(600_000));
  const item = box("pitm", Uint8Array.of(0, 0, 0, 0, 0, 1));
  const properties = box("iprp", box("ipco"), associations);
  const meta = box("meta", new Uint8Array(4), item, properties);
  assert.equal(await fault(box("ftyp", brand), meta), UNREADABLE);
  const brands = box("ftyp", brand, new Uint8Array(10 * 1024 * 1024 - 100).fill(0x61));
  assert.equal(await fault(brands), UNREADABLE);
});
