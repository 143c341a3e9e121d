import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { userCacheDir } from "./services/cache_dir.ts";
import { claimFolder } from "./services/claimed_folder.ts";
import { type DataServices, startDataServices } from "./services/data_services.ts";
import { folderError } from "./services/dev_service_error.ts";
import type { TaskContext } from "./run_task.ts";

/** The project's root folder. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A new folder in the one ignored folder of the project; it goes when the task ends. */
export function dataFolder(purpose: string, { resources }: Pick<TaskContext, "resources">): string {
  const parent = join(ROOT, ".data");
  try {
    return resources.use(claimFolder(parent, purpose)).path;
  } catch (error) {
    throw folderError(
      parent,
      error,
      "make it writable, or copy the project to a folder of your own",
    );
  }
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
      // Asked for only by what needs it: without a home, servers on the PATH will do.
      get cacheDir() {
        return userCacheDir(env);
      },
      path: env["PATH"] ?? "",
      redisUrl: env["REDIS_URL"],
      mongoUri: env["MONGODB_URI"],
      report,
      signal,
    }),
  );
}
