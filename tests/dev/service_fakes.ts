import { join } from "node:path";

/** A temporary folder that is removed on disposal. */
export function temporaryFolder(): { path: string } & AsyncDisposable {
  const path = Deno.makeTempDirSync({ prefix: "dev-services-" });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** Writes an executable shell script and gives its path. */
export function writeProgram(folder: string, name: string, script: string): string {
  const file = join(folder, name);
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

/** The body of a `python3` with a pip that unpacks for real and runs `download` in place of pip's. */
export function fakePython(realPython: string, download: string): string {
  return `[ "$1" = -I ] && exec '${realPython}' "$@"
for last in "$@"; do :; done
[ "$last" = --version ] && exit
while [ $# -gt 1 ]; do [ "$1" = --dest ] && dest=$2; shift; done
${download}`;
}

export function isRunning(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

export function exists(file: string): boolean {
  try {
    Deno.lstatSync(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
