import { dirname } from "node:path";
import { ROOT } from "../project.ts";
import { roleFlags } from "../stack/role_flags.ts";
import { DevServiceError } from "../services/dev_service_error.ts";
import { runProgram } from "../services/run_program.ts";

export interface CompileOptions {
  /** The program's path; on Windows it gets its ending. */
  readonly output: string;
  /** For `deno compile`, such as `--target`. */
  readonly args?: readonly string[];
  /** The Deno that compiles, as a command; this one unless given. */
  readonly deno?: readonly [program: string, ...args: string[]];
  readonly signal?: AbortSignal;
}

/** Leaves out what only the dev tools import: half of the packages. Deno 2.6 does not know it yet. */
const LEAN = "--exclude-unused-npm";

/**
 * Compiles main.ts, with the permissions that `deno task api` has. Returns the program's path; throws a
 * DevServiceError that says what to do.
 */
export async function compileBinary(options: CompileOptions): Promise<string> {
  const { output, args = [], deno: [program, ...first] = [Deno.execPath()], signal } = options;
  const compile = (...rest: string[]) =>
    runProgram(program, [...first, "compile", ...rest], {
      cwd: ROOT,
      env: { NO_COLOR: "1" },
      signal,
    });
  const lean = (await compile("--help")).stdout.includes(LEAN) ? [LEAN] : [];
  await Deno.mkdir(dirname(output), { recursive: true });
  const result = await compile(...lean, ...roleFlags("api"), ...args, "-o", output, "main.ts");
  if (!result.success) throw compileError(result.stderr);
  return output;
}

function compileError(said: string): DevServiceError {
  const [lines = ""] = said.split("\nStack backtrace:");
  const advice = /denort-[^\s/]+\.zip/.test(lines)
    ? "\nDeno puts the program on a runtime of its own version, denort, which it downloads once: " +
      "is there a network? Or set DENORT_BIN to a denort that you have."
    : "";
  return new DevServiceError(`deno compile failed: ${lines.trim()}${advice}`);
}
