import { fileTypeFromBuffer } from "file-type";

/** The longest signature that file-type looks for lies within this. */
const SAMPLE_BYTES = 4100;

const ACCEPTED: Readonly<Record<string, string>> = {
  "image/jpeg": "image/jpeg",
  "image/png": "image/png",
  "image/apng": "image/png",
  "image/webp": "image/webp",
  "image/gif": "image/gif",
  "image/avif": "image/avif",
  "image/heic": "image/heic",
  "image/heif": "image/heic",
  "image/heic-sequence": "image/heic",
  "image/heif-sequence": "image/heic",
};

/** The media type that the picture's own bytes show, or undefined when it is none we accept. */
export async function imageTypeOf(image: Blob): Promise<string | undefined> {
  const sample = new Uint8Array(await image.slice(0, SAMPLE_BYTES).arrayBuffer());
  const type = await fileTypeFromBuffer(sample);
  return type && ACCEPTED[type.mime];
}
