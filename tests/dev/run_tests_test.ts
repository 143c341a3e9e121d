import assert from "node:assert/strict";
import { join } from "node:path";
import { countTests } from "../../dev/testing/count_tests.ts";
import { testRuns } from "../../dev/testing/run_tests.ts";
import { temporaryFolder } from "./service_fakes.ts";

Deno.test("all tests are run beside each other, then by themselves the load scenario and the faults", () => {
  assert.deepEqual(testRuns([]), [
    ["--parallel", "--ignore=tests/load", "--ignore=tests/faults"],
    ["tests/load", "tests/faults"],
  ]);
});

Deno.test("of tests that are asked for there is one run, and nothing else", () => {
  const args = ["tests/http", "--filter", "FR-006"];
  assert.deepEqual(testRuns(args), [["--parallel", ...args]]);
});

Deno.test("a report's tests are counted as passed, failed or skipped, each once", async () => {
  await using folder = temporaryFolder();
  const report = join(folder.path, "junit.xml");
  const file = join(folder.path, "some_test.js");
  Deno.writeTextFileSync(
    file,
    `Deno.test("good", () => {});
     Deno.test("good, too", () => {});
     Deno.test("bad", () => { throw new Error('<skipped/> tests="9"'); });
     Deno.test({ name: "left out", ignore: true, fn() {} });`,
  );
  const args = ["test", "--no-config", `--junit-path=${report}`, file];
  await new Deno.Command(Deno.execPath(), { args, cwd: folder.path }).output();
  assert.deepEqual(await countTests(report), { passed: 2, failed: 1, skipped: 1 });
});

Deno.test("a run that came to no report has counts of nothing", async () => {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  assert.deepEqual(await countTests("no/such/report.xml"), counts);
});
