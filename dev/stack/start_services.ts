import { join } from "node:path";
import { allOf } from "../all_of.ts";
import { dataServices } from "../project.ts";
import type { TaskContext } from "../run_task.ts";
import { startSampleAiProcess } from "./start_sample_ai.ts";

/** What API and worker need around them. */
export interface Services {
  readonly redisUrl: string;
  /** Of the server; it may name a database. */
  readonly mongoUri: string;
  readonly aiUrl: string;
}

/**
 * Brings up Redis, MongoDB and the sample AI service, each in a process of its own and each only when
 * nobody says where there is one: REDIS_URL and MONGODB_URI for the first two, `aiUrl` for the last.
 */
export async function startServices(
  { dataDir, aiUrl, report }: {
    /** Holds the data and the logs of what is started. */
    dataDir: string;
    aiUrl?: string | undefined;
    report: (line: string) => void;
  },
  context: TaskContext,
): Promise<Services> {
  const { resources, signal, fail } = context;
  async function sampleAi(): Promise<string> {
    const logFile = join(dataDir, "sample-ai.log");
    const ai = resources.use(await startSampleAiProcess({ logFile, signal, onLost: fail }));
    const url = ai.ready[1] ?? "";
    report(`sample AI service: ready at ${url}`);
    return url;
  }
  const [data, url] = await allOf([
    dataServices(dataDir, report, context),
    aiUrl ?? sampleAi(),
  ]);
  return { redisUrl: data.redisUrl, mongoUri: data.mongoUri, aiUrl: url };
}
