import { parseConfig } from "./src/config/config.ts";
import { startWorker } from "./src/roles/worker.ts";
import { runRole } from "./src/shutdown.ts";

if (import.meta.main) await runRole(() => parseConfig(Deno.env.toObject()), startWorker);
