import { runCommand } from "./src/cli.ts";
import type { Role } from "./src/shutdown.ts";

const environment = () => Deno.env.toObject();

// Each command loads only what it needs: a health check has to be quick.
if (import.meta.main) {
  await runCommand(Deno.args, {
    api: async () => run((await import("./src/roles/api.ts")).startApi),
    worker: async () => run((await import("./src/roles/worker.ts")).startWorker),
    all: async () => run((await import("./src/roles/all.ts")).startAll),
    env: async () => (await import("./src/config/environment_file.ts")).environmentFile(),
    healthcheck: async () => (await import("./src/healthcheck.ts")).healthFault(environment()),
  });
}

async function run(role: Role): Promise<never> {
  const { parseConfig } = await import("./src/config/config.ts");
  const { runRole } = await import("./src/shutdown.ts");
  return await runRole(() => parseConfig(environment()), role);
}
