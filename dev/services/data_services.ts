import { checkAnswering } from "./answering.ts";
import { type DataServer, mongodServer, redisServer } from "./data_servers.ts";
import { DevServiceError } from "./dev_service_error.ts";
import { serverBinary } from "./server_binary.ts";
import { startServer } from "./start_server.ts";

export interface DataServices extends AsyncDisposable {
  readonly redisUrl: string;
  /** Without the name of a database. */
  readonly mongoUri: string;
}

export interface DataServicesOptions {
  /** Holds the data and the logs of what is started; the caller's own, for one run at a time. */
  dataDir: string;
  /** Holds downloaded binaries; read only when a server is neither given nor on the PATH. */
  readonly cacheDir: string;
  /** The PATH on which servers, Python and pip are looked for. */
  path: string;
  /** Given, it is only checked, never started or stopped. */
  redisUrl?: string | undefined;
  /** Given, it is only checked, never started or stopped. */
  mongoUri?: string | undefined;
  report: (line: string) => void;
  /** Told when a server that was started here ends before it is stopped. */
  onLost?: (error: Error) => void;
  /** Gives the start up; of no effect afterwards. */
  signal?: AbortSignal | undefined;
}

/**
 * Brings up a real Redis and a real MongoDB, each unless its URL is given; disposal stops what was
 * started. Throws a DevServiceError for whatever the user can mend, with every problem in it.
 */
export async function startDataServices(options: DataServicesOptions): Promise<DataServices> {
  await using stack = new AsyncDisposableStack();
  const urls = [
    provide(redisServer, options.redisUrl, options, stack),
    provide(mongodServer, options.mongoUri, options, stack),
  ] as const;
  throwFailures(await Promise.allSettled(urls));
  const [redisUrl, mongoUri] = await Promise.all(urls);

  const started = stack.move();
  return { redisUrl, mongoUri, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

async function provide(
  server: DataServer,
  givenUrl: string | undefined,
  options: DataServicesOptions,
  stack: AsyncDisposableStack,
): Promise<string> {
  const { dataDir, report, signal, onLost } = options;
  if (givenUrl) {
    const place = await checkAnswering(server, givenUrl, signal);
    report(`${server.name}: yours at ${place}`);
    return givenUrl;
  }
  const binary = await serverBinary(server, options);
  const { url, child } = await startServer(server, { binary, dataDir, signal, onLost });
  stack.use(child);
  report(`${server.name}: ready at ${url}`);
  return url;
}

function throwFailures(results: readonly PromiseSettledResult<string>[]): void {
  const failures = results.flatMap((result) => result.status === "rejected" ? [result.reason] : []);
  const unforeseen = failures.filter((failure) => !(failure instanceof DevServiceError));
  if (unforeseen.length > 0) throw unforeseen[0];
  if (failures.length === 0) return;
  const messages = new Set(failures.map((failure) => failure.message));
  throw new DevServiceError([...messages].join("\n\n"));
}
