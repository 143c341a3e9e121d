import { join } from "node:path";
import { countTests } from "./count_tests.ts";
import { dataFolder, dataServices, ROOT } from "../project.ts";
import { print, type TaskContext } from "../run_task.ts";

/** The load scenario measures times, and faults have their moment: nothing runs beside them. */
const ALONE = ["tests/load", "tests/faults"];

/** What each `deno test` is told. */
export function testRuns(args: readonly string[]): string[][] {
  if (args.length > 0) return [["--parallel", ...args]];
  return [["--parallel", ...ALONE.map((folder) => `--ignore=${folder}`)], ALONE];
}

/**
 * Runs `deno test` with real Redis and MongoDB, closes with the line `N passed, N failed` and
 * returns the exit code. A skipped test is a failure: it would be a quiet one.
 *
 * @param args go to `deno test`: files, `--filter` and the like; without any, all tests run
 */
export async function runTests(args: readonly string[], context: TaskContext): Promise<number> {
  const dataDir = dataFolder("test", context);
  const { redisUrl, mongoUri } = await dataServices(dataDir, print, context);
  const env = {
    REDIS_URL: redisUrl,
    MONGODB_URI: mongoUri,
    DENO_JOBS: Deno.env.get("DENO_JOBS") ?? "4",
  };
  // What --filter leaves out stands in the report as skipped, too.
  const isFiltered = args.some((arg) => arg.startsWith("--filter"));
  const total = { passed: 0, failed: 0 };
  let exitCode = 0;
  for (const [index, runArgs] of testRuns(args).entries()) {
    const report = join(dataDir, `junit-${index}.xml`);
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", `--junit-path=${report}`, ...runArgs],
      cwd: ROOT,
      env,
      signal: context.signal,
    }).spawn().status;
    context.signal.throwIfAborted();
    const { passed, failed, ...counted } = await countTests(report);
    const skipped = isFiltered ? 0 : counted.skipped;
    if (skipped > 0) print(`${skipped} tests were skipped, which counts as failed`);
    total.passed += passed;
    total.failed += failed + skipped;
    exitCode ||= code || (failed + skipped > 0 || passed === 0 ? 1 : 0);
  }
  print(`${total.passed} passed, ${total.failed} failed`);
  return exitCode;
}
