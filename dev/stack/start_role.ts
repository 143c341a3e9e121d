import { join } from "node:path";
import { ROOT } from "../project.ts";
import { roleFlags } from "./role_flags.ts";
import {
  type Child,
  type ChildOptions,
  ChildStartError,
  startChild,
} from "../services/child_process.ts";
import { DevServiceError } from "../services/dev_service_error.ts";

const ROLES = {
  api: { name: "API", entry: "main.ts", readyWhen: /"url":"([^"]+)","msg":"API ready"/ },
  worker: { name: "worker", entry: "worker.ts", readyWhen: /"msg":"Worker ready"/ },
  all: { name: "API and worker", entry: "main.ts", readyWhen: /"url":"([^"]+)","msg":"All ready"/ },
} as const;

export type RoleName = keyof typeof ROLES;

/** What runs a role: a program and its arguments. */
export type RoleCommand = Pick<ChildOptions, "command" | "args" | "failedWhen" | "endedWhen">;

/** A role as `deno task api` and `deno task worker` run it, with their permissions. */
export function fromSource(role: RoleName): RoleCommand {
  const { entry } = ROLES[role];
  const flags = roleFlags(role === "worker" ? "worker" : "api");
  const args = ["run", ...flags, join(ROOT, entry), ...(role === "all" ? [role] : [])];
  return { command: Deno.execPath(), args };
}

/** The same, started anew whenever a file changes that it has loaded. */
export function watched({ command, args: [run = "", ...args] = [] }: RoleCommand): RoleCommand {
  return {
    command,
    args: [run, "--watch", "--no-clear-screen", ...args],
    // The watcher does not always say so; and an end with 0 is one that it asked for.
    failedWhen: /"exitCode":[1-9]\d*,"msg":"Ended"|^Watcher Process (finished|failed)/,
    endedWhen: /"msg":"Ended"|^Watcher Process (finished|failed)/,
  };
}

/**
 * Starts a role and waits until it is ready; the first group of an API's `ready` is its URL. Its log
 * has to be JSON at level info. Throws a DevServiceError with the role's own words when it cannot run.
 */
export async function startRole(role: RoleName, options: {
  env: Readonly<Record<string, string>>;
  /** The API keeps its local image store in here. */
  cwd: string;
  logFile: string;
  /** From the source unless given. */
  program?: RoleCommand;
  onLine?: (line: string) => void;
  onLost?: (error: Error) => void;
  signal?: AbortSignal;
}): Promise<Child> {
  const { program = fromSource(role), env, ...rest } = options;
  const { name, readyWhen } = ROLES[role];
  try {
    return await startChild({
      name,
      readyWhen,
      startTimeoutMs: 60_000,
      ...program,
      env: { ...env, NO_COLOR: "1" },
      ...rest,
    });
  } catch (error) {
    const fatal = error instanceof ChildStartError ? error.output.flatMap(fatalMessage) : [];
    if (fatal.length === 0) throw error;
    throw new DevServiceError(`The ${name} cannot run:\n  ${fatal.join("\n  ")}`, { cause: error });
  }
}

/** What a line of the log says, if that is why the role ends. */
function fatalMessage(line: string): string[] {
  try {
    const { level, msg, err } = JSON.parse(line);
    return level === "fatal" ? [err ? `${msg} (${err.message})` : msg] : [];
  } catch {
    return [];
  }
}
