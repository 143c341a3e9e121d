import { join } from "node:path";

/** The size of all files in a folder, at any depth, while somebody writes to it. */
export function folderBytes(folder: string): number {
  try {
    const sizes = [...Deno.readDirSync(folder)].map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory ? folderBytes(path) : Deno.lstatSync(path).size;
    });
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch {
    // Files are moved and removed while they are looked at.
    return 0;
  }
}
