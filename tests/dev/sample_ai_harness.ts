import { MagickFormat, MagickImage, MagickReadSettings } from "@imagemagick/magick-wasm";

export interface PictureHost extends AsyncDisposable {
  readonly url: string;
}

/** Serves each path's bytes, or answers with the status given for it; anything else is 404. */
export function servePictures(files: Record<string, Uint8Array | number>): PictureHost {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const file = files[new URL(request.url).pathname.slice(1)] ?? 404;
    return typeof file === "number"
      ? new Response("no picture", { status: file })
      : new Response(new Uint8Array(file));
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

export function readPhoto(name: string): Promise<Uint8Array> {
  return Deno.readFile(new URL(`../../dev/photos/${name}`, import.meta.url));
}

/** A 64 x 64 picture painted pixel by pixel with RGBA values; the decoder must be loaded. */
export function paintPicture(
  format: MagickFormat,
  paint: (x: number, y: number) => readonly [number, number, number, number],
): Uint8Array {
  const side = 64;
  const rgba = new Uint8Array(
    Array.from({ length: side * side }, (_, at) => paint(at % side, Math.floor(at / side))).flat(),
  );
  const raw = new MagickReadSettings({
    format: MagickFormat.Rgba,
    width: side,
    height: side,
    depth: 8,
  });
  const image = MagickImage.create(rgba, raw);
  try {
    return image.write(format, (bytes) => new Uint8Array(bytes));
  } finally {
    image.dispose();
  }
}

export function postJson(url: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { method: "POST", body: JSON.stringify(body), ...init });
}

/** Asks the service until a call on this picture is on record, and returns it. */
export async function awaitCall(serviceUrl: string, imageUrl: string) {
  for (let asked = 0; asked < 2000; asked += 1) {
    const response = await fetch(`${serviceUrl}/calls?match=${encodeURIComponent(imageUrl)}`);
    const { calls } = await response.json();
    if (calls.length > 0) return calls[0];
  }
  throw new Error(`No call on "${imageUrl}" arrived`);
}
