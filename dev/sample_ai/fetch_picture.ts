import { PictureError } from "./picture_error.ts";

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 25 * 1024 * 1024;

/** Reads the picture at an http(s) address, within bounds of time and size; throws `PictureError`. */
export async function fetchPicture(url: string, closing: AbortSignal): Promise<Uint8Array> {
  const signal = AbortSignal.any([closing, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) {
      await response.body?.cancel();
      const status = response.status >= 500 ? 502 : 422;
      throw new PictureError(status, `The picture's host answered ${response.status}`);
    }
    return await readBounded(response);
  } catch (error) {
    if (error instanceof PictureError) throw error;
    throw new PictureError(502, "The picture's host does not answer", { cause: error });
  }
}

async function readBounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new PictureError(422, `The picture exceeds ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
