import { isAbsolute, join } from "node:path";
import { DevServiceError } from "./dev_service_error.ts";

const FOLDER = "ai-queue-pipeline";

/**
 * The folder of downloaded server binaries in the user's cache.
 * Throws a DevServiceError when the environment names no home.
 */
export function userCacheDir(
  env: { HOME?: string | undefined; XDG_CACHE_HOME?: string | undefined },
  os: typeof Deno.build.os = Deno.build.os,
): string {
  // The XDG base directory specification has relative paths ignored.
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, FOLDER);
  if (!env.HOME) throw new DevServiceError("Set HOME or XDG_CACHE_HOME: downloads need a place");
  return join(env.HOME, os === "darwin" ? "Library/Caches" : ".cache", FOLDER);
}
