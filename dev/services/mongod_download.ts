import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DevServiceError } from "./dev_service_error.ts";
import type { Download } from "./download.ts";
import { reportDownload } from "./download_progress.ts";
import type { System } from "./install_advice.ts";
import { runProgram } from "./run_program.ts";
import { watchSilence } from "./silence_watch.ts";

const PACKAGE = "mongodb-memory-server-core";
const LOADING_MS = 30_000;
const SILENCE_MS = 10_000;

/**
 * Downloads the archive of MongoDB that suits a system and unpacks its mongod, whose path it
 * returns; gives up when nothing comes. Throws a DevServiceError whose message is the reason alone.
 *
 * The npm package that knows the archives prints, waits long and is configured by the environment:
 * it gets a process of its own, which can be killed.
 */
export async function downloadMongod(
  version: string,
  system: System,
  download: Download,
): Promise<string> {
  const { folder, target, report, signal, silenceMs = SILENCE_MS } = download;
  using silence = watchSilence(folder);
  using progress = new DisposableStack();
  let failed: string | undefined;
  silence.expect(`the npm package ${PACKAGE}`, LOADING_MS);

  function onLine(line: string): void {
    const [, word = "", rest = ""] = /^(\w+) (.+)$/.exec(line) ?? [];
    if (word === "downloading") {
      silence.expect(rest, silenceMs);
      report(line);
    }
    if (word === "bytes") progress.use(reportDownload({ folder, bytes: Number(rest), report }));
    if (word === "unpacking") {
      progress.dispose();
      report(`unpacking it to ${target}`);
    }
    if (word === "failed") failed = rest;
  }

  const run = await runProgram(Deno.execPath(), childArgs(version, system), {
    cwd: folder,
    env: childEnv(download),
    signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
    onLine,
  });
  if (run.success) return join(folder, "mongod");
  throw new DevServiceError(failed ?? `${PACKAGE} could not be run: ${errorLine(run.stderr)}`);
}

function childArgs(version: string, system: System): string[] {
  const child = fileURLToPath(new URL("./mongod_download_main.ts", import.meta.url));
  const lock = fileURLToPath(new URL("./mongod_download.lock", import.meta.url));
  const permissions = ["net", "env", "read", "sys", "write=."].map((what) => `--allow-${what}`);
  // A lock of its own: what stands in the project's, Deno downloads on every machine.
  const pinned = ["--no-config", `--lock=${lock}`, "--frozen"];
  return ["run", "--no-prompt", ...pinned, ...permissions, child, version, JSON.stringify(system)];
}

function childEnv({ mirror }: Download): Record<string, string> {
  return {
    NO_COLOR: "1",
    // Without it the package takes any certificate.
    npm_config_strict_ssl: "true",
    MONGOMS_MAX_RETRIES: "2",
    ...mirror !== undefined && {
      MONGOMS_DOWNLOAD_MIRROR: mirror,
      MONGOMS_USE_HTTP: String(mirror.startsWith("http:")),
    },
  };
}

function errorLine(said: string): string {
  const lines = said.trim().split("\n");
  return lines.find((line) => line.startsWith("error: ")) ?? lines.at(-1) ?? "";
}
