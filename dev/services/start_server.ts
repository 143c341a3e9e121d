import { join } from "node:path";
import { type Child, ChildStartError, startChild } from "./child_process.ts";
import type { DataServer } from "./data_servers.ts";
import { DevServiceError } from "./dev_service_error.ts";

const PORTS_TRIED = 5;
const LINES_SHOWN = 6;

export interface StartServerOptions {
  binary: string;
  /** Holds the server's own folder and its log, both named after it. */
  dataDir: string;
  choosePort?: () => number;
  signal?: AbortSignal | undefined;
  /** Told when the server ends before it is stopped. */
  onLost?: ((error: Error) => void) | undefined;
}

/**
 * Starts a server on a free loopback port, and on another one when somebody was quicker to take it.
 * Throws a DevServiceError with what the server said when it does not start.
 */
export async function startServer(
  server: DataServer,
  options: StartServerOptions,
): Promise<{ url: string; child: Child }> {
  const { binary, dataDir, choosePort = freePort, signal, onLost } = options;
  const folder = join(dataDir, server.name);
  const logFile = join(dataDir, `${server.name}.log`);
  Deno.mkdirSync(folder, { recursive: true });

  for (let attempt = 1;; attempt++) {
    const port = choosePort();
    try {
      const child = await startChild({
        command: binary,
        name: server.name,
        args: server.args(folder, port),
        logFile,
        readyWhen: server.readyWhen,
        startTimeoutMs: server.startTimeoutMs,
        signal,
        onLost,
      });
      return { url: server.url(port), child };
    } catch (error) {
      if (!(error instanceof ChildStartError)) throw error;
      if (portWasTaken(error) && attempt < PORTS_TRIED) continue;
      throw startFailure(server, error, logFile);
    }
  }
}

/** A TCP port that was free on 127.0.0.1 a moment ago; another process may still take it first. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function portWasTaken(error: ChildStartError): boolean {
  return error.output.some((line) => /address already in use/i.test(line));
}

function startFailure(server: DataServer, error: ChildStartError, log: string): DevServiceError {
  const telling = error.output.filter((line) => server.telling.test(line));
  const shown = (telling.length > 0 ? telling : error.output).slice(-LINES_SHOWN);
  const message = [`${error.child} ${error.ending}. Its log is ${log}, and says:`, ...shown];
  return new DevServiceError(message.join("\n  "), { cause: error });
}
