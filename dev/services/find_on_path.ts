import { delimiter, join } from "node:path";

/** The first executable file called `name` in the folders of `path` (the PATH). */
export function findOnPath(name: string, path: string): string | undefined {
  return path.split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** Whether a file, or what a link leads to, may be run. */
export function isExecutable(file: string): boolean {
  const info = statOrNothing(file);
  return info !== undefined && info.isFile && ((info.mode ?? 0) & 0o111) !== 0;
}

function statOrNothing(file: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(file);
  } catch {
    return undefined;
  }
}
