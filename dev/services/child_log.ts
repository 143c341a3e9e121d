import { dirname } from "node:path";
import { folderError } from "./dev_service_error.ts";

const LINES_KEPT = 200;

export interface ChildLog extends Disposable {
  add(line: string): void;
  /** The last lines, oldest first. */
  lines(): readonly string[];
}

/**
 * Starts `file` anew and writes a child's lines to it; lines that come after disposal are dropped.
 * What cannot be written, at the start or later, is a DevServiceError.
 */
export function openChildLog(file: string): ChildLog {
  const handle = named(file, () => {
    Deno.mkdirSync(dirname(file), { recursive: true });
    return Deno.openSync(file, { write: true, create: true, truncate: true });
  });
  const kept: string[] = [];
  let open = true;

  return {
    add(line) {
      if (!open) return;
      kept.push(line);
      if (kept.length > LINES_KEPT) kept.shift();
      named(file, () => handle.writeSync(new TextEncoder().encode(`${line}\n`)));
    },
    lines: () => [...kept],
    [Symbol.dispose]() {
      if (open) handle.close();
      open = false;
    },
  };
}

function named<T>(file: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw folderError(dirname(file), error, "make it writable");
  }
}

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
