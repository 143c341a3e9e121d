/** The lines of a UTF-8 stream as they come; a last one without a line break counts too. */
export async function* linesOf(stream: ReadableStream<BufferSource>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
