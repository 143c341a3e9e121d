import type { ProcessRecord } from "../world/role_slot.ts";
import type { Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** I8: no process ends but by our hand, none says what it may not, each ends with 0 when asked. */
export function judgeProcesses({ processes, rules }: Evidence): Violation[] {
  return processes.flatMap((process) =>
    problemsOf(process, rules).map((what) => ({
      invariant: "I8",
      what: `${process.name} ${what}`,
    }))
  );
}

function problemsOf(process: ProcessRecord, rules: Evidence["rules"]): string[] {
  const { ending, endedAt, exitCode, endAskedAt = 0, complaints, peakMemoryBytes } = process;
  const problems = complaints.map((line) => `said: ${line}`);
  if (endedAt && !ending) problems.push(`died (exit code ${exitCode})`);
  if (ending === "terminated" && endedAt) {
    if (exitCode !== 0) problems.push(`ended with ${exitCode} after SIGTERM`);
    const endedInMs = endedAt - endAskedAt;
    if (endedInMs > rules.endWithinMs) problems.push(`took ${endedInMs} ms to end after SIGTERM`);
  }
  if (peakMemoryBytes > rules.maxMemoryBytes) {
    problems.push(`had ${Math.round(peakMemoryBytes / 2 ** 20)} MiB of memory`);
  }
  return problems;
}
