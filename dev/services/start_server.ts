import { join } from "node:path";
import { type Child, startChild } from "./child_process.ts";
import { ChildStartError } from "./child_start_error.ts";
import type { DataServer } from "./data_server.ts";
import { DevServiceError } from "./dev_service_error.ts";
import { freePort } from "./free_port.ts";

const PORTS_TRIED = 5;
const LINES_SHOWN = 6;

export interface StartServerOptions {
  binary: string;
  /** Holds the server's own folder and its log, both named after it. */
  dataDir: string;
  choosePort?: () => number;
  signal?: AbortSignal | undefined;
}

/**
 * Starts a server on a free loopback port, and on another one when somebody was quicker to take it.
 * Throws a DevServiceError with what the server said when it does not start.
 */
export async function startServer(
  server: DataServer,
  options: StartServerOptions,
): Promise<{ url: string; child: Child }> {
  const { binary, dataDir, choosePort = freePort, signal } = options;
  const folder = join(dataDir, server.name);
  const logFile = join(dataDir, `${server.name}.log`);
  Deno.mkdirSync(folder, { recursive: true });

  for (let attempt = 1;; attempt++) {
    const port = choosePort();
    try {
      const child = await startChild({
        command: binary,
        args: server.args(folder, port),
        logFile,
        readyWhen: server.readyWhen,
        startTimeoutMs: server.startTimeoutMs,
        signal,
      });
      return { url: server.url(port), child };
    } catch (error) {
      // A Ctrl-C that reaches the whole process group may end the server first.
      signal?.throwIfAborted();
      if (!(error instanceof ChildStartError)) throw error;
      if (portWasTaken(error) && attempt < PORTS_TRIED) continue;
      throw startFailure(server, error, logFile);
    }
  }
}

function portWasTaken(error: ChildStartError): boolean {
  return error.output.some((line) => /address already in use/i.test(line));
}

function startFailure(server: DataServer, error: ChildStartError, log: string): DevServiceError {
  const telling = error.output.filter((line) => server.telling.test(line));
  const shown = (telling.length > 0 ? telling : error.output).slice(-LINES_SHOWN);
  const message = [`${error.command} ${error.ending}. Its log is ${log}, and says:`, ...shown];
  return new DevServiceError(message.join("\n  "), { cause: error });
}
