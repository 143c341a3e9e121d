import { join } from "node:path";
import { variableNames } from "../../src/config.ts";
import { withDatabase } from "../database_uri.ts";
import { dataFolder, dataServices, fetchPackages, ROOT } from "../project.ts";
import type { TaskContext } from "../run_task.ts";
import { type Child, startChild } from "../services/child_process.ts";
import { startRole } from "../start_role.ts";

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

  await fetchPackages(["main.ts", "worker.ts", "dev/sample_ai/main.ts"], report, signal);
  const started = async (child: Promise<Child>) => resources.use(await child);
  const [data, ai] = await Promise.all([
    dataServices(dataDir, report, context),
    started(startSampleAi(logFile("sample-ai"), signal)),
  ]);
  const aiUrl = ai.ready[1] ?? "";
  report(`sample AI service: ready at ${aiUrl}`);

  const jwtSecret = crypto.getRandomValues(new Uint8Array(32)).toHex();
  const env = {
    // What the shell says about a production server is not meant for the demo's.
    ...Object.fromEntries(variableNames().map((name) => [name, ""])),
    APP_ENV: "development",
    REDIS_URL: data.redisUrl,
    MONGODB_URI: withDatabase(data.mongoUri, "demo"),
    AI_SERVICE_URL: aiUrl,
    JWT_SECRET: jwtSecret,
    QUEUE_PREFIX: "demo",
    PORT: "0",
    LOG_FORMAT: "json",
  };
  const [api] = await Promise.all([
    started(startRole("api", { env, cwd: dataDir, logFile: logFile("api"), signal })),
    started(startRole("worker", { env, cwd: dataDir, logFile: logFile("worker"), signal })),
  ]);
  const apiUrl = api.ready[1] ?? "";
  report(`API: ready at ${apiUrl}, with a local image store`);
  report("worker: ready");
  return { apiUrl, jwtSecret };
}

function startSampleAi(logFile: string, signal: AbortSignal): Promise<Child> {
  return startChild({
    command: Deno.execPath(),
    args: ["run", "-A", "dev/sample_ai/main.ts"],
    cwd: ROOT,
    env: { PORT: "0" },
    logFile,
    readyWhen: /sample AI service on (\S+)/,
    startTimeoutMs: 60_000,
    signal,
  });
}
