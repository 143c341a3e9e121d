import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { runProgram } from "../../dev/services/run_program.ts";
import { writeProgram } from "./service_fakes.ts";

/** A gzipped tar laid out as MongoDB's are, of about 4 MB, whose mongod tells its version. */
export async function mongodArchive(folder: string, program = "mongod"): Promise<Uint8Array> {
  const bin = join(folder, "archive", "mongodb-macos-aarch64-7.0.37", "bin");
  writeProgram(bin, program, "echo db version v7.0.37");
  const filler = new Uint8Array(4_000_000);
  for (let start = 0; start < filler.length; start += 50_000) {
    crypto.getRandomValues(filler.subarray(start, start + 50_000));
  }
  Deno.writeFileSync(join(bin, "mongos"), filler);
  const file = join(folder, "archive.tgz");
  const run = await runProgram("tar", ["-C", join(folder, "archive"), "-czf", file, "."]);
  assert.ok(run.success, run.stderr);
  return Deno.readFileSync(file);
}

export interface ArchiveServer extends AsyncDisposable {
  readonly url: string;
  /** What was asked for, in order. */
  readonly paths: readonly string[];
}

export interface ArchiveServerOptions {
  /** How requests for archives are answered, with the archive unless given; checksums are there anyway. */
  answer?: () => Response;
  /** Served by TLS with it. */
  certificate?: { readonly cert: string; readonly key: string };
}

/** A download server as MongoDB has one. */
export function serveArchives(
  archive: Uint8Array,
  options: ArchiveServerOptions = {},
): ArchiveServer {
  const { answer = () => wholeAnswer(archive), certificate } = options;
  const paths: string[] = [];
  const md5 = createHash("md5").update(archive).digest("hex");
  const place = { hostname: "127.0.0.1", port: 0, onListen() {}, ...certificate };
  const server = Deno.serve(place, (request) => {
    const { pathname } = new URL(request.url);
    paths.push(pathname);
    if (!pathname.endsWith(".md5")) return answer();
    return new Response(`${md5}  ${basename(pathname, ".md5")}\n`);
  });
  return {
    url: certificate
      ? `https://localhost:${server.addr.port}`
      : `http://127.0.0.1:${server.addr.port}`,
    paths,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** An answer that promises the archive and has `body`. */
export function wholeAnswer(archive: Uint8Array, body: BodyInit = archive.slice()): Response {
  return new Response(body, { headers: { "Content-Length": String(archive.length) } });
}

/** The first half of the archive, and the second once `rest` resolves; `onCut` when nobody reads on. */
export function inHalves(
  archive: Uint8Array,
  rest: Promise<void>,
  onCut: () => void = () => {},
): ReadableStream<Uint8Array> {
  const half = archive.length >> 1;
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(archive.slice(0, half));
      await rest;
      controller.enqueue(archive.slice(half));
      controller.close();
    },
    cancel: onCut,
  });
}
