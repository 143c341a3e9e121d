import { imageDimensionsFromData } from "image-dimensions";

/** The size stands within this in every format but JPEG, whose metadata may be longer. */
const SAMPLE_BYTES = 128 * 1024;

const MAX_PIXELS = 40_000_000;
const MAX_SIDE = 12_000;

/**
 * What is wrong with the picture's size in pixels, as its header tells it, or undefined. Nothing is
 * decoded: a few bytes can claim gigabytes of pixels.
 */
export async function imageSizeFault(image: Blob): Promise<string | undefined> {
  const sample = await image.slice(0, SAMPLE_BYTES).bytes();
  const isJpeg = sample[0] === 0xff && sample[1] === 0xd8;
  const size = sizeOf(sample) ?? (isJpeg ? sizeOf(await image.bytes()) : undefined);
  if (!size || size.width < 1 || size.height < 1) {
    return "The image's width and height could not be read: it may be damaged";
  }
  const { width, height } = size;
  const isTooLarge = width * height > MAX_PIXELS || Math.max(width, height) > MAX_SIDE;
  return isTooLarge
    ? "The image may have at most 40 megapixels, and 12,000 pixels a side"
    : undefined;
}

function sizeOf(bytes: Uint8Array): { width: number; height: number } | undefined {
  try {
    return imageDimensionsFromData(bytes);
  } catch {
    // What was made to break a reader is no picture of a user's.
    return undefined;
  }
}
