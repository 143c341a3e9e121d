import { dataFolderError } from "../project.ts";

/** Writes a file whole or not at all, for nobody else to read. Throws as `dataFolderError` says. */
export function writePrivately(file: string, text: string): void {
  const draft = `${file}.new`;
  try {
    Deno.writeTextFileSync(draft, text, { mode: 0o600 });
    Deno.renameSync(draft, file);
  } catch (error) {
    throw dataFolderError(error);
  }
}
