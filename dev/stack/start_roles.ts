import { join } from "node:path";
import { allOf } from "../all_of.ts";
import type { TaskContext } from "../run_task.ts";
import { fromSource, type RoleName, startRole, watched } from "./start_role.ts";

export interface RolesOptions {
  /** Holds their logs and, without Cloudinary, the pictures. */
  readonly dataDir: string;
  /** Goes before what the shell says. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts them anew when their code changes. */
  readonly isWatched?: boolean;
  readonly report: (line: string) => void;
  /** Gets each line of their logs, as JSON. */
  readonly onLog?: (role: RoleName, line: string) => void;
}

/** Starts an API and a worker in development mode and returns the API's URL. */
export async function startRoles(options: RolesOptions, context: TaskContext): Promise<string> {
  const { dataDir, isWatched = false, report, onLog = () => {} } = options;
  const { resources, signal, fail } = context;
  const env = {
    ...options.env,
    APP_ENV: "development",
    // Sooner than we give up on the process: its own words are clearer.
    STARTUP_TIMEOUT_MS: "10000",
    LOG_FORMAT: "json",
  };
  async function start(role: RoleName) {
    const program = isWatched ? watched(fromSource(role)) : fromSource(role);
    const onLine = (line: string) => onLog(role, line);
    const files = { cwd: dataDir, logFile: join(dataDir, `${role}.log`) };
    const child = startRole(role, { program, env, ...files, onLine, onLost: fail, signal });
    return resources.use(await child);
  }
  const [api] = await allOf([start("api"), start("worker")]);
  const url = api.ready[1] ?? "";
  report(`API: ready at ${url}`);
  report("worker: ready");
  return url;
}
