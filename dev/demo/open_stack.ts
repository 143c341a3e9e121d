import { variableNames } from "../../src/config/variables.ts";
import { withDatabase } from "../database_uri.ts";
import { dataFolder } from "../project.ts";
import type { TaskContext } from "../run_task.ts";
import { findRunningStack, type RunningStack } from "../stack/running_stack.ts";
import { startRoles } from "../stack/start_roles.ts";
import { startServices } from "../stack/start_services.ts";
import { dropOwnData } from "./own_data.ts";

export interface DemoStack extends Pick<RunningStack, "apiUrl" | "jwtSecret"> {
  /** Whether it goes when the demo ends. */
  readonly isOwn: boolean;
}

/**
 * The stack for a demo: the one that `deno task dev` runs or, without it or when the shell says where
 * Redis or MongoDB is, one of its own.
 */
export async function openStack(
  report: (line: string) => void,
  context: TaskContext,
): Promise<DemoStack> {
  const isToldWhere = Deno.env.get("REDIS_URL") || Deno.env.get("MONGODB_URI");
  const running = isToldWhere ? undefined : findRunningStack();
  if (!running) return await startOwnStack(report, context);
  report(`found the stack of "deno task dev" at ${running.apiUrl}`);
  return { ...running, isOwn: false };
}

/** A stack that goes with the task, and its data with it. */
async function startOwnStack(
  report: (line: string) => void,
  context: TaskContext,
): Promise<DemoStack> {
  const dataDir = dataFolder("demo", context);
  const { redisUrl, mongoUri, aiUrl } = await startServices({ dataDir, report }, context);
  const name = `demo-${crypto.randomUUID().slice(0, 8)}`;
  const mongodbUri = withDatabase(mongoUri, name);
  context.resources.defer(() => dropOwnData({ redisUrl, queuePrefix: name, mongodbUri }));
  const jwtSecret = crypto.getRandomValues(new Uint8Array(32)).toHex();
  const env = {
    // What the shell says about a production server is not meant for the demo's.
    ...Object.fromEntries(variableNames().map((name) => [name, ""])),
    REDIS_URL: redisUrl,
    MONGODB_URI: mongodbUri,
    AI_SERVICE_URL: aiUrl,
    JWT_SECRET: jwtSecret,
    QUEUE_PREFIX: name,
    PORT: "0",
  };
  const apiUrl = await startRoles({ dataDir, env, report }, context);
  return { apiUrl, jwtSecret, isOwn: true };
}
