import { dirname, resolve } from "node:path";
import { claimFolder } from "./claimed_folder.ts";
import { DevServiceError, folderError } from "./dev_service_error.ts";
import type { DownloadOptions } from "./download.ts";
import type { ServerSource } from "./server_source.ts";

export interface FetchServerOptions extends DownloadOptions {
  cacheDir: string;
}

/**
 * Puts the program of a source at `target` in the cache, whole or not at all.
 * Throws a DevServiceError whose message is the reason alone, and the signal's reason on an abort.
 */
export async function fetchServer(
  source: ServerSource,
  target: string,
  options: FetchServerOptions,
): Promise<void> {
  const cacheDir = resolve(options.cacheDir);
  try {
    await using claimed = claimFolder(cacheDir, "download");
    const program = await source.download({ ...options, folder: claimed.path, target });
    Deno.chmodSync(program, 0o755);
    Deno.mkdirSync(dirname(target), { recursive: true });
    Deno.renameSync(program, target);
  } catch (error) {
    const full = error instanceof DevServiceError && /no space left/i.test(error.message);
    if (full) throw new DevServiceError(`the folder "${cacheDir}" is on a full disk`);
    throw folderError(cacheDir, error, "set XDG_CACHE_HOME to a folder that can");
  }
}
