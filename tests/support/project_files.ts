import { join } from "node:path/posix";
import { ROOT } from "../../dev/project.ts";

/** The files below a folder whose names end so, as paths from the project's root. */
export async function projectFiles(folder: string, ending: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(ROOT, folder)));
  const found = await Promise.all(entries.map(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return projectFiles(path, ending);
    return name.endsWith(ending) ? [path] : [];
  }));
  return found.flat().sort();
}

/** The text of a file of this project. */
export function readProjectFile(path: string): Promise<string> {
  return Deno.readTextFile(join(ROOT, path));
}
