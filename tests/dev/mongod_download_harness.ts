import assert from "node:assert/strict";
import { join } from "node:path";
import { mongodServer } from "../../dev/services/data_servers.ts";
import { DevServiceError } from "../../dev/services/dev_service_error.ts";
import type { System } from "../../dev/services/install_advice.ts";
import { serverBinary, type ServerBinaryOptions } from "../../dev/services/server_binary.ts";

export const MAC: System = { os: "darwin", arch: "aarch64", osRelease: "" };
export const MAC_ARCHIVE = "mongodb-macos-arm64-7.0.37.tgz";
/** The line of progress after the first half of an archive of about 4 MB. */
export const HALF = /^mongod: 2\.\d of 4\.\d MB \((49|50) %\)$/;

export interface Options extends ServerBinaryOptions {
  lines: string[];
}

/** A Mac without a mongod, with its cache in `folder`; what is reported comes into `lines`. */
export function optionsFor(folder: string, mirror: string, more: Partial<Options> = {}): Options {
  const lines: string[] = [];
  const report = (line: string) => lines.push(line);
  const cacheDir = join(folder, "cache");
  return { path: "", cacheDir, mirror, system: MAC, lines, report, ...more };
}

/** What is in the cache, the files of folders included. */
export function cached({ cacheDir }: Options): string[] {
  return [...Deno.readDirSync(cacheDir)].flatMap(({ name }) =>
    [...Deno.readDirSync(join(cacheDir, name))].map((entry) => `${name}/${entry.name}`)
  );
}

/** The reason of a failure, out of the sentences that say what is missing and what to do. */
export async function reasonOf(options: Options): Promise<string> {
  const error = await serverBinary(mongodServer, options).then(() => undefined, (error) => error);
  assert.ok(error instanceof DevServiceError, `a DevServiceError, not ${error}`);
  const sentences =
    /^No mongod of version 5\.0 or newer is on the PATH, and (.*)\. On .* Or set MONGODB_URI to one that runs already, such as \S+$/;
  const reason = sentences.exec(error.message)?.[1];
  assert.ok(reason, error.message);
  return reason;
}
