import { ROOT } from "./project.ts";
import { print, runTask } from "./run_task.ts";
import { runTests } from "./testing/run_tests.ts";

const CHECKS = [["fmt", "--check", "-q"], ["lint", "-q"], ["check", "-q", "."]] as const;

const NO_BINARY = "Not tested: the compiled program, for want of DENORT_BIN (see CONTRIBUTING.md)";

/** The gate: the static checks, all of them so that one run tells everything, then the tests. */
if (import.meta.main) {
  await runTask(async (context) => {
    const codes = [];
    for (const args of CHECKS) codes.push(await deno(args, context.signal));
    if (codes.some((code) => code !== 0)) return 1;
    if (!Deno.env.get("DENORT_BIN")) print(NO_BINARY);
    return await runTests([], context);
  });
}

async function deno(args: readonly string[], signal: AbortSignal): Promise<number> {
  print(`deno ${args.join(" ")}`);
  const child = new Deno.Command(Deno.execPath(), { args: [...args], cwd: ROOT, signal }).spawn();
  return (await child.status).code;
}
