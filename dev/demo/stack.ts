import { join } from "node:path";
import { variableNames } from "../../src/config/variables.ts";
import { withDatabase } from "../database_uri.ts";
import { dataFolder, dataServices } from "../project.ts";
import type { TaskContext } from "../run_task.ts";
import type { Child } from "../services/child_process.ts";
import { startRole } from "../start_role.ts";
import { startSampleAiProcess } from "../start_sample_ai.ts";
import { dropOwnData } from "./own_data.ts";

export interface Stack {
  readonly apiUrl: string;
  readonly jwtSecret: string;
}

/** Brings up everything the main job needs, each server in a process of its own. */
export async function bringUp(
  report: (line: string) => void,
  context: TaskContext,
): Promise<Stack> {
  const { resources, signal } = context;
  const dataDir = dataFolder("demo", context);
  const logFile = (name: string) => join(dataDir, `${name}.log`);

  const started = async (child: Promise<Child>) => resources.use(await child);
  const [data, ai] = await allOf([
    dataServices(dataDir, report, context),
    started(startSampleAiProcess({ logFile: logFile("sample-ai"), signal })),
  ]);
  const aiUrl = ai.ready[1] ?? "";
  report(`sample AI service: ready at ${aiUrl}`);

  const name = `demo-${crypto.randomUUID().slice(0, 8)}`;
  const mongodbUri = withDatabase(data.mongoUri, name);
  resources.defer(() => dropOwnData({ redisUrl: data.redisUrl, queuePrefix: name, mongodbUri }));
  const jwtSecret = crypto.getRandomValues(new Uint8Array(32)).toHex();
  const env = {
    // What the shell says about a production server is not meant for the demo's.
    ...Object.fromEntries(variableNames().map((name) => [name, ""])),
    APP_ENV: "development",
    REDIS_URL: data.redisUrl,
    MONGODB_URI: mongodbUri,
    AI_SERVICE_URL: aiUrl,
    JWT_SECRET: jwtSecret,
    QUEUE_PREFIX: name,
    // Sooner than we give up on the process: its own words are clearer.
    STARTUP_TIMEOUT_MS: "10000",
    PORT: "0",
    LOG_FORMAT: "json",
  };
  const [api] = await allOf([
    started(startRole("api", { env, cwd: dataDir, logFile: logFile("api"), signal })),
    started(startRole("worker", { env, cwd: dataDir, logFile: logFile("worker"), signal })),
  ]);
  const apiUrl = api.ready[1] ?? "";
  report(`API: ready at ${apiUrl}, with a local image store`);
  report("worker: ready");
  return { apiUrl, jwtSecret };
}

/** As Promise.all, but rejects only when none of them is under way any more. */
async function allOf<T extends readonly Promise<unknown>[]>(promises: [...T]) {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}
