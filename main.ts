import { type Options, runCommand } from "./src/cli.ts";
import type { Role } from "./src/shutdown.ts";

// Each command loads only what it needs: a health check has to be quick.
if (import.meta.main) {
  await runCommand(Deno.args, {
    api: async (options) => run((await import("./src/roles/api.ts")).startApi, options),
    worker: async (options) => run((await import("./src/roles/worker.ts")).startWorker, options),
    all: async (options) => run((await import("./src/roles/all.ts")).startAll, options),
    env: async () => (await import("./src/config/environment_file.ts")).environmentFile(),
    healthcheck: async (options) => {
      const { healthFault } = await import("./src/healthcheck.ts");
      return await healthFault(() => settings(options));
    },
  });
}

async function run(role: Role, options: Options): Promise<never> {
  const { parseConfig } = await import("./src/config/config.ts");
  const { runRole } = await import("./src/shutdown.ts");
  return await runRole(async () => parseConfig(await settings(options)), role);
}

async function settings({ envFile }: Options): Promise<Record<string, string | undefined>> {
  const env = Deno.env.toObject();
  return envFile ? (await import("./src/config/env_file.ts")).withEnvFile(env) : env;
}
