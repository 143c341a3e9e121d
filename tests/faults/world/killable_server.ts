import { join } from "node:path";
import { userCacheDir } from "../../../dev/services/cache_dir.ts";
import type { Child } from "../../../dev/services/child_process.ts";
import type { DataServer } from "../../../dev/services/data_servers.ts";
import { serverBinary } from "../../../dev/services/server_binary.ts";
import { freePort, startServer } from "../../../dev/services/start_server.ts";

/** A Redis or mongod of a world's own: it can die, hang and come back, always at the same address. */
export interface KillableServer extends AsyncDisposable {
  readonly url: string;
  readonly isRunning: () => boolean;
  /** kill -9; what it had not written is lost. */
  kill(): Promise<void>;
  /** After `kill`: with the data on its disk, or with an empty one. */
  restart(options?: { isEmpty?: boolean }): Promise<void>;
  /** SIGSTOP: connections stay, nothing is answered. */
  freeze(): void;
  /** SIGCONT */
  thaw(): void;
}

/** Starts it with its data in `dataDir`, which is for this server alone. */
export async function startKillable(server: DataServer, dataDir: string): Promise<KillableServer> {
  const env = Deno.env.toObject();
  const binary = await serverBinary(server, {
    cacheDir: userCacheDir(env),
    path: env["PATH"] ?? "",
    report: () => {},
  });
  const port = freePort();
  const start = async (): Promise<Child> => {
    const { child } = await startServer(server, { binary, dataDir, choosePort: () => port });
    return child;
  };
  let child = await start();
  let isRunning = true;
  return {
    url: server.url(port),
    isRunning: () => isRunning,
    async kill() {
      isRunning = false;
      child.kill("SIGKILL");
      await child.status;
    },
    async restart({ isEmpty = false } = {}) {
      if (isEmpty) await Deno.remove(join(dataDir, server.name), { recursive: true });
      child = await start();
      isRunning = true;
    },
    freeze: () => child.kill("SIGSTOP"),
    thaw: () => child.kill("SIGCONT"),
    async [Symbol.asyncDispose]() {
      // Nobody wants its data any more, and a stopped one would not hear a SIGTERM.
      child.kill("SIGKILL");
      await child[Symbol.asyncDispose]();
    },
  };
}
