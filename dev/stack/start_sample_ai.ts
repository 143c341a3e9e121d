import { join } from "node:path";
import { ROOT } from "../project.ts";
import { type Child, startChild } from "../services/child_process.ts";

/** Starts the sample AI service in a process of its own; its `ready[1]` is the service's URL. */
export function startSampleAiProcess(
  options: { logFile: string; signal?: AbortSignal; onLost?: (error: Error) => void },
): Promise<Child> {
  return startChild({
    name: "sample AI service",
    command: Deno.execPath(),
    args: ["run", "-A", join(ROOT, "dev/sample_ai/main.ts")],
    cwd: ROOT,
    // What the shell says about them is meant for the API.
    env: { PORT: "0", HOST: "127.0.0.1", PUBLIC_URL: "" },
    readyWhen: /sample AI service on (\S+)/,
    startTimeoutMs: 60_000,
    ...options,
  });
}
