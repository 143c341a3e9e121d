type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The same bytes, until there are more than `maxBytes`: then the stream fails with `tooLarge()` and
 * the rest is read and dropped, so that a client that is still sending gets to see the answer. The
 * server ends that some seconds after the answer.
 */
export function limited(
  body: ReadableStream<Bytes>,
  maxBytes: number,
  tooLarge: () => Error,
): ReadableStream<Bytes> {
  const reader = body.getReader();
  let size = 0;
  return new ReadableStream<Bytes>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      size += value.length;
      if (size <= maxBytes) return controller.enqueue(value);
      controller.error(tooLarge());
      drop(reader).catch(() => {});
    },
  });
}

async function drop(reader: ReadableStreamDefaultReader<Bytes>): Promise<void> {
  let rest = await reader.read();
  while (!rest.done) rest = await reader.read();
}
