import { dirname } from "node:path";
import { ROOT } from "../project.ts";
import { DevServiceError } from "../services/dev_service_error.ts";
import { runProgram, type RunResult } from "../services/run_program.ts";
import { roleFlags } from "../stack/role_flags.ts";
import { denortVersion } from "./denort_version.ts";

export interface CompileOptions {
  /** The program's path. */
  readonly output: string;
  /** For `deno compile`, such as `--target`. */
  readonly args?: readonly string[];
  /** The Deno that compiles, as a command; this one unless given. */
  readonly deno?: readonly [program: string, ...args: string[]];
  /** The runtime that the program is put on; Deno downloads its own unless given. */
  readonly denort?: string | undefined;
  readonly signal?: AbortSignal;
}

/** Leaves out what only the dev tools import: half of the packages. Deno 2.6 does not know it yet. */
const LEAN = "--exclude-unused-npm";

/**
 * Compiles main.ts, with the permissions that `deno task api` has, and returns the program's path.
 * Throws a DevServiceError that says what to do.
 */
export async function compileBinary(options: CompileOptions): Promise<string> {
  const { output, args = [], deno = [Deno.execPath()], denort, signal } = options;
  const [program, ...first] = deno;
  const run = (...rest: string[]) =>
    runProgram(program, [...first, ...rest], {
      cwd: ROOT,
      env: { NO_COLOR: "1", ...(denort && { DENORT_BIN: denort }) },
      signal,
    });
  if (denort) await assertFits(denort, await run("--version"));
  const lean = (await run("compile", "--help")).stdout.includes(LEAN) ? [LEAN] : [];
  await Deno.mkdir(dirname(output), { recursive: true });
  const flags = [...lean, ...roleFlags("api"), ...args];
  const result = await run("compile", ...flags, "-o", output, "main.ts");
  if (!result.success) throw compileError(result);
  return output;
}

/** On the runtime of another version the program would be made, and not start. */
async function assertFits(denort: string, { stdout }: RunResult): Promise<void> {
  const version = await denortVersion(denort).catch(() => undefined);
  const own = /^deno (\S+)/.exec(stdout)?.[1];
  if (version === own) return;
  throw new DevServiceError(
    version === undefined
      ? `DENORT_BIN is no runtime of Deno: ${denort}`
      : `DENORT_BIN is the runtime of Deno ${version}, and this is Deno ${own}: compile with ` +
        `npx -y deno@${version} task compile, or unset DENORT_BIN to have the right one downloaded`,
  );
}

function compileError({ stderr }: RunResult): DevServiceError {
  const [lines = ""] = stderr.split("\nStack backtrace:");
  const advice = /denort-[^\s/]+\.zip/.test(lines)
    ? "\nDeno puts the program on a runtime of its own version, denort, which it downloads once: " +
      "is there a network? Or set DENORT_BIN to a denort that you have."
    : "";
  return new DevServiceError(`deno compile failed: ${lines.trim()}${advice}`);
}
