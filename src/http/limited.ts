import pTimeout from "p-timeout";

type Bytes = Uint8Array<ArrayBuffer>;
type Reader = ReadableStreamDefaultReader<Bytes>;

export interface BodyLimits {
  /** Bytes in all. */
  readonly maxBytes: number;
  /** Milliseconds until the next byte. */
  readonly idleMs: number;
  /** Milliseconds until the last byte. */
  readonly totalMs: number;
}

/** The errors that a body beyond its limits fails with. */
export interface Refusals {
  readonly tooLarge: () => Error;
  readonly tooSlow: () => Error;
}

/**
 * The same bytes, until there are more of them than `limits` allow or they take longer: then the
 * stream fails with one of `refusals` and the rest is read and dropped, so that a client that is
 * still sending gets to see the answer. The server ends that some seconds after the answer.
 */
export function limited(
  body: ReadableStream<Bytes>,
  limits: BodyLimits,
  refusals: Refusals,
): ReadableStream<Bytes> {
  const reader = body.getReader();
  const deadline = performance.now() + limits.totalMs;
  let size = 0;

  function refuse(error: Error): never {
    drop(reader).catch(() => {});
    throw error;
  }

  return new ReadableStream<Bytes>({
    async pull(controller) {
      const leftMs = deadline - performance.now();
      const next = await readWithin(Math.min(limits.idleMs, leftMs), reader);
      if (!next) return refuse(refusals.tooSlow());
      if (next.done) return controller.close();
      size += next.value.length;
      if (size > limits.maxBytes) return refuse(refusals.tooLarge());
      controller.enqueue(next.value);
    },
  });
}

/** The next bytes; undefined when they do not come in time. */
async function readWithin(milliseconds: number, reader: Reader) {
  if (milliseconds <= 0) return undefined;
  return await pTimeout(reader.read(), { milliseconds, fallback: () => undefined });
}

async function drop(reader: Reader): Promise<void> {
  let rest = await reader.read();
  while (!rest.done) rest = await reader.read();
}
