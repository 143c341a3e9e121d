import { join } from "node:path";
import { ROOT } from "./project.ts";
import { roleFlags } from "./role_flags.ts";
import { type Child, type ChildOptions, startChild } from "./services/child_process.ts";

const ROLES = {
  api: { name: "API", entry: "main.ts", readyWhen: /"url":"([^"]+)","msg":"API ready"/ },
  worker: { name: "worker", entry: "worker.ts", readyWhen: /"msg":"Worker ready"/ },
  all: { name: "API and worker", entry: "main.ts", readyWhen: /"url":"([^"]+)","msg":"All ready"/ },
} as const;

export type RoleName = keyof typeof ROLES;

/** What runs a role: a program and its arguments. */
export type RoleCommand = Pick<ChildOptions, "command" | "args">;

/** A role as `deno task api` and `deno task worker` run it, with their permissions. */
export function fromSource(role: RoleName): RoleCommand {
  const { entry } = ROLES[role];
  const flags = roleFlags(role === "worker" ? "worker" : "api");
  const args = ["run", ...flags, join(ROOT, entry), ...(role === "all" ? [role] : [])];
  return { command: Deno.execPath(), args };
}

/**
 * Starts a role and waits until it is ready; the first group of an API's `ready` is its URL. Its log
 * has to be JSON at level info.
 */
export function startRole(role: RoleName, options: {
  env: Readonly<Record<string, string>>;
  /** The API keeps its local image store in here. */
  cwd: string;
  logFile: string;
  /** From the source unless given. */
  program?: RoleCommand;
  onLine?: (line: string) => void;
  signal?: AbortSignal;
}): Promise<Child> {
  const { program = fromSource(role), ...rest } = options;
  const { name, readyWhen } = ROLES[role];
  return startChild({ name, readyWhen, startTimeoutMs: 60_000, ...program, ...rest });
}
