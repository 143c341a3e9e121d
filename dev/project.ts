import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DataServices, startDataServices } from "./services/data_services.ts";
import { userCacheDir } from "./services/cache_dir.ts";
import { DevServiceError } from "./services/dev_service_error.ts";
import type { TaskContext } from "./run_task.ts";

/** The project's root folder. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A new folder in the one ignored folder of the project; it goes when the task ends. */
export function dataFolder(purpose: string, { resources }: TaskContext): string {
  const parent = join(ROOT, ".data");
  Deno.mkdirSync(parent, { recursive: true });
  const folder = Deno.makeTempDirSync({ dir: parent, prefix: `${purpose}-` });
  resources.defer(() => Deno.remove(folder, { recursive: true }));
  return folder;
}

/** Redis and MongoDB for a task: those that REDIS_URL and MONGODB_URI tell, else started in `dataDir`. */
export async function dataServices(
  dataDir: string,
  report: (line: string) => void,
  { resources, signal }: TaskContext,
): Promise<DataServices> {
  const env = Deno.env.toObject();
  return resources.use(
    await startDataServices({
      dataDir,
      cacheDir: userCacheDir(env),
      path: env["PATH"] ?? "",
      redisUrl: env["REDIS_URL"],
      mongoUri: env["MONGODB_URI"],
      report,
      signal,
    }),
  );
}

/** Fetches the npm packages of these entry files, so that starting them takes no download. */
export async function fetchPackages(
  entries: readonly string[],
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const slow = setTimeout(() => report("packages: fetching what is not in the cache yet"), 1000);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", ...entries],
    cwd: ROOT,
    signal,
    stdout: "null",
    stderr: "piped",
  }).output();
  clearTimeout(slow);
  if (success) return;
  signal.throwIfAborted();
  throw new DevServiceError(
    `The packages of this project could not be fetched: is the npm registry within reach?\n\n` +
      new TextDecoder().decode(stderr).trim(),
  );
}
