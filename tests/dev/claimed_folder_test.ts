import assert from "node:assert/strict";
import { join } from "node:path";
import { claimFolder } from "../../dev/services/claimed_folder.ts";
import { startChild } from "../../dev/services/child_process.ts";
import { exists, temporaryFolder } from "./service_fakes.ts";

/** A process that claims a folder in `parent` and lives on. */
async function startClaimant(parent: string, logFolder: string) {
  const program = join(logFolder, "claimant.ts");
  const module = new URL("../../dev/services/claimed_folder.ts", import.meta.url);
  Deno.writeTextFileSync(
    program,
    `import { claimFolder } from "${module}";
    console.log("claimed", claimFolder(${JSON.stringify(parent)}, "demo").path);
    setInterval(() => {}, 1000);`,
  );
  return await startChild({
    command: Deno.execPath(),
    args: ["run", "--no-config", "--no-check", "--allow-all", program],
    logFile: join(logFolder, "claimant.log"),
    readyWhen: /^claimed (.+)$/,
    startTimeoutMs: 30_000,
  });
}

Deno.test("a claim removes what a killed process left, and nothing that is in use", async () => {
  await using folder = temporaryFolder();
  const parent = join(folder.path, "parent");
  await using claimant = await startClaimant(parent, folder.path);
  const theirs = claimant.ready[1] ?? "";
  const others = join(parent, "test-1");
  Deno.mkdirSync(others);
  {
    await using ours = claimFolder(parent, "demo");
    assert.ok(exists(theirs));
    Deno.writeTextFileSync(join(ours.path, "data"), "some");

    claimant.kill("SIGKILL");
    await claimant.status;
    await using _next = claimFolder(parent, "demo");
    assert.ok(!exists(theirs));
    assert.ok(exists(join(ours.path, "data")));
  }
  assert.deepEqual([...Deno.readDirSync(parent)].map(({ name }) => name), ["test-1"]);
});
