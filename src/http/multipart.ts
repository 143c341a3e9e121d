import { type BodyLimits, limited, type Refusals } from "./limited.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1 */
const BOUNDARY = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i;
/** Room for the closing delimiter and the little that may follow it. */
const TAIL_BYTES = 1024;

/**
 * The form of a multipart/form-data request. Throws one of `refusals` beyond `limits`, and some
 * other error when the body cannot be read, also one that was cut: `formData()` alone would drop
 * its last part in silence.
 */
export async function readMultipart(
  request: Request,
  limits: BodyLimits,
  refusals: Refusals,
): Promise<FormData> {
  // Judged before `body` is touched: the server reads on only what nobody has begun to read.
  const declaredBytes = Number(request.headers.get("Content-Length"));
  if (declaredBytes > limits.maxBytes) throw refusals.tooLarge();
  const contentType = request.headers.get("Content-Type") ?? "";
  const [, quoted, bare] = BOUNDARY.exec(contentType) ?? [];
  const boundary = quoted ?? bare;
  if (!boundary) throw new TypeError("The request has no boundary");
  if (!request.body) throw new TypeError("The request has no body");

  let tail: Bytes = new Uint8Array();
  const watched = limited(request.body, limits, refusals).pipeThrough(
    new TransformStream<Bytes, Bytes>({
      transform(chunk, controller) {
        tail = lastBytes(tail, chunk);
        controller.enqueue(chunk);
      },
    }),
  );
  const form = await new Response(watched, { headers: { "Content-Type": contentType } }).formData();
  const isWhole = new TextDecoder("latin1").decode(tail).includes(`--${boundary}--`);
  if (!isWhole) throw new TypeError("The body ends before its closing delimiter");
  return form;
}

function lastBytes(before: Bytes, chunk: Bytes): Bytes {
  if (chunk.length >= TAIL_BYTES) return chunk.slice(-TAIL_BYTES);
  const both = new Uint8Array(before.length + chunk.length);
  both.set(before);
  both.set(chunk, before.length);
  return both.slice(-TAIL_BYTES);
}
