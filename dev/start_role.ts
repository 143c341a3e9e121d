import { join } from "node:path";
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
  /** The API keeps its local image store in here. */
  cwd: string;
  logFile: string;
  signal?: AbortSignal;
}): Promise<Child> {
  const [, ...flags] = denoJson.tasks[role].command.split(" ");
  const entry = flags.pop() ?? "";
  return startChild({
    name: role === "api" ? "API" : role,
    command: Deno.execPath(),
    args: [...flags, join(ROOT, entry)],
    readyWhen: READY[role],
    startTimeoutMs: 60_000,
    ...options,
  });
}
