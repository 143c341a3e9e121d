import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { redisUrlOf } from "../src/config/config.ts";
import { userCacheDir } from "./services/cache_dir.ts";
import { claimFolder } from "./services/claimed_folder.ts";
import { type DataServices, startDataServices } from "./services/data_services.ts";
import { folderError } from "./services/dev_service_error.ts";
import type { TaskContext } from "./run_task.ts";

/** The project's root folder. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The project's one folder for what the tasks write. */
export const DATA_FOLDER = join(ROOT, ".data");

/** A new folder in it, which goes when the task ends. */
export function dataFolder(purpose: string, { resources }: Pick<TaskContext, "resources">): string {
  try {
    return resources.use(claimFolder(DATA_FOLDER, purpose)).path;
  } catch (error) {
    throw dataFolderError(error);
  }
}

/** The error of one who could not write there, with a way out. */
export function dataFolderError(error: unknown): unknown {
  const wayOut = "make it writable, or copy the project to a folder of your own";
  return folderError(DATA_FOLDER, error, wayOut);
}

/** Redis and MongoDB for a task: those that REDIS_URL and MONGODB_URI tell, else started in `dataDir`. */
export async function dataServices(
  dataDir: string,
  report: (line: string) => void,
  { resources, signal, fail }: TaskContext,
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
      redisUrl: env["REDIS_URL"] || redisUrlOf(env["REDIS_HOST"], env["REDIS_PORT"] || undefined),
      mongoUri: env["MONGODB_URI"],
      report,
      signal,
      onLost: fail,
    }),
  );
}
