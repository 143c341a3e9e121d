import denoJson from "../deno.json" with { type: "json" };
import { ROOT } from "./project.ts";
import { type Child, startChild } from "./services/child_process.ts";

const READY = { api: /"url":"([^"]+)","msg":"API ready"/, worker: /"msg":"Worker ready"/ } as const;

/**
 * Starts the API or a worker as `deno task api` and `deno task worker` do, with their permissions,
 * and waits until it is ready. Its log has to be JSON at level info.
 */
export function startRole(role: keyof typeof READY, options: {
  env: Readonly<Record<string, string>>;
  logFile: string;
  signal?: AbortSignal;
}): Promise<Child> {
  const [, ...args] = denoJson.tasks[role].command.split(" ");
  return startChild({
    command: Deno.execPath(),
    args,
    cwd: ROOT,
    readyWhen: READY[role],
    startTimeoutMs: 60_000,
    ...options,
  });
}
