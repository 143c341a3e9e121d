import { join } from "node:path";
import { DevServiceError, folderError } from "./dev_service_error.ts";

/**
 * Makes a data folder and claims it for this process, until disposed or dead: two Redis servers
 * would ruin one append-only file. Throws a DevServiceError when another process has it.
 */
export function lockDataDir(dataDir: string): Disposable {
  const file = openLock(dataDir);
  if (file.tryLockSync(true)) return file;
  file.close();
  throw new DevServiceError(
    `Another run uses the data folder "${dataDir}". End that one first, or give this one another.`,
  );
}

function openLock(dataDir: string): Deno.FsFile {
  try {
    Deno.mkdirSync(dataDir, { recursive: true });
    return Deno.openSync(join(dataDir, "in_use.lock"), { create: true, write: true });
  } catch (error) {
    throw folderError(dataDir, error);
  }
}
