import { withDatabase } from "../database_uri.ts";
import { print, type TaskContext } from "../run_task.ts";
import { aside, style } from "../style.ts";
import { cloudinaryWarning } from "./cloudinary_warning.ts";
import { choosePort } from "./choose_port.ts";
import { keptSecret } from "./kept_secret.ts";
import { createLogPrinter } from "./log_printer.ts";
import { type RunningStack, STACK_FOLDER } from "./running_stack.ts";
import { startRoles } from "./start_roles.ts";
import { startServices } from "./start_services.ts";

/**
 * Brings up a stack for a developer: what the shell's variables tell is used as they say, the rest is
 * started, with its data in the stack's folder. Throws a DevServiceError for what the user can mend.
 */
export async function bringUpStack(context: TaskContext): Promise<RunningStack> {
  const report = (line: string) => print(aside(line));
  const dataDir = STACK_FOLDER;
  const port = choosePort(told("PORT") ?? "3000", told("HOST") ?? "127.0.0.1");
  const cloudinary = told("CLOUDINARY_URL");
  const warning = cloudinary && await cloudinaryWarning(cloudinary);
  if (warning) print(style("yellow", warning));

  const services = await startServices(
    { dataDir, aiUrl: told("AI_SERVICE_URL"), report },
    context,
  );
  const { redisUrl, mongoUri, aiUrl } = services;
  const mongodbUri = told("MONGODB_URI") ?? withDatabase(mongoUri, "collectibles");
  const jwtSecret = told("JWT_SECRET") ?? await keptSecret(dataDir);
  const level = told("LOG_LEVEL") ?? "info";
  const env = {
    REDIS_URL: redisUrl,
    MONGODB_URI: mongodbUri,
    AI_SERVICE_URL: aiUrl,
    JWT_SECRET: jwtSecret,
    PORT: port,
    // The watcher gives a role half a second to end, so jobs are handed back at once; where that comes
    // too late, the stall check soon finds them.
    SHUTDOWN_GRACE_MS: told("SHUTDOWN_GRACE_MS") ?? "1",
    LOCK_DURATION_MS: told("LOCK_DURATION_MS") ?? "5000",
    STALLED_INTERVAL_MS: told("STALLED_INTERVAL_MS") ?? "5000",
    // That a role is ready is said at info; what is not asked for, the printer drops.
    LOG_LEVEL: ["warn", "error", "fatal"].includes(level) ? "info" : level,
  };
  const onLog = createLogPrinter(level);
  const apiUrl = await startRoles({ dataDir, env, isWatched: true, report, onLog }, context);
  return { pid: Deno.pid, apiUrl, aiUrl, redisUrl, mongodbUri, jwtSecret };
}

/** What the shell says; an empty value means unset. */
function told(name: string): string | undefined {
  return Deno.env.get(name) || undefined;
}
