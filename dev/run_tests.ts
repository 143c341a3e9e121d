import { join } from "node:path";
import { dataFolder, dataServices, ROOT } from "./project.ts";
import { print, type TaskContext } from "./run_task.ts";

/**
 * Runs `deno test` with real Redis and MongoDB, closes with the line `N passed, N failed` and
 * returns the exit code. A skipped test is a failure: it would be a quiet one.
 *
 * @param args go to `deno test`: files, `--filter` and the like
 */
export async function runTests(args: readonly string[], context: TaskContext): Promise<number> {
  const dataDir = dataFolder("test", context);
  const { redisUrl, mongoUri } = await dataServices(dataDir, print, context);
  const report = join(dataDir, "junit.xml");
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--parallel", `--junit-path=${report}`, ...args],
    cwd: ROOT,
    env: {
      REDIS_URL: redisUrl,
      MONGODB_URI: mongoUri,
      DENO_JOBS: Deno.env.get("DENO_JOBS") ?? "4",
    },
    signal: context.signal,
  }).spawn().status;
  context.signal.throwIfAborted();
  const { passed, failed, ...counted } = await countTests(report);
  // What --filter leaves out stands in the report as skipped, too.
  const isFiltered = args.some((arg) => arg.startsWith("--filter"));
  const skipped = isFiltered ? 0 : counted.skipped;
  if (skipped > 0) print(`${skipped} tests were skipped, which counts as failed`);
  print(`${passed} passed, ${failed + skipped} failed`);
  return code || (failed + skipped > 0 || passed === 0 ? 1 : 0);
}

async function countTests(junitFile: string) {
  const xml = await Deno.readTextFile(junitFile).catch(() => "");
  const total = (attribute: string) =>
    Number(new RegExp(`<testsuites[^>]* ${attribute}="(\\d+)"`).exec(xml)?.[1] ?? 0);
  const failed = total("failures") + total("errors");
  const skipped = (xml.match(/<skipped/g) ?? []).length;
  return { passed: total("tests") - failed - skipped, failed, skipped };
}
