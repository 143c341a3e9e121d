import { ROOT } from "../project.ts";
import { type Child, startChild } from "../services/child_process.ts";

/** Starts the sample AI service in a process of its own; its `ready[1]` is the service's URL. */
export function startSampleAiProcess(
  options: { logFile: string; signal?: AbortSignal; onLost?: (error: Error) => void },
): Promise<Child> {
  return startChild({
    name: "sample AI service",
    command: Deno.execPath(),
    args: ["run", "-A", "dev/sample_ai/main.ts"],
    cwd: ROOT,
    env: { PORT: "0" },
    readyWhen: /sample AI service on (\S+)/,
    startTimeoutMs: 60_000,
    ...options,
  });
}
