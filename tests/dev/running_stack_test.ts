import assert from "node:assert/strict";
import { join } from "node:path";
import {
  claimStack,
  findRunningStack,
  type RunningStack,
  type StackClaim,
} from "../../dev/stack/running_stack.ts";
import { runProgram } from "../../dev/services/run_program.ts";
import { until } from "../support/until.ts";
import { temporaryFolder } from "./service_fakes.ts";

const STACK: RunningStack = {
  pid: Deno.pid,
  apiUrl: "http://127.0.0.1:3000",
  aiUrl: "http://127.0.0.1:8000",
  redisUrl: "redis://127.0.0.1:6379",
  mongodbUri: "mongodb://127.0.0.1:27017/collectibles",
  jwtSecret: "x".repeat(32),
};

function claim(folder: string, onWait = () => {}, signal = new AbortController().signal) {
  return claimStack({ folder, onWait, signal });
}

/** Claims a folder that nobody has. */
async function claimFirst(folder: string): Promise<StackClaim> {
  const claimed = await claim(folder, () => assert.fail("Nobody is there to be waited for"));
  assert.ok("publish" in claimed, "The folder is taken");
  return claimed;
}

Deno.test("who comes first has the folder; the others find what it publishes, until it ends", async () => {
  await using folder = temporaryFolder();
  assert.equal(findRunningStack(folder.path), undefined);
  const first = await claimFirst(folder.path);
  assert.equal(findRunningStack(folder.path), undefined);
  first.publish(STACK);
  assert.deepEqual(findRunningStack(folder.path), STACK);
  assert.deepEqual(await claim(folder.path), STACK);
  const { mode } = Deno.statSync(join(folder.path, "stack.json"));
  assert.equal((mode ?? 0) & 0o777, 0o600, "it has a secret in it");

  first[Symbol.dispose]();
  assert.equal(findRunningStack(folder.path), undefined);
  using _ = await claimFirst(folder.path);
});

Deno.test("who comes while a stack is being brought up waits: for it, or to be the next", async () => {
  await using folder = temporaryFolder();
  const first = await claimFirst(folder.path);
  let waiting = 0;
  const others = [1, 2].map(() => claim(folder.path, () => void waiting++));
  await until("both to wait", () => waiting === 2);
  first.publish(STACK);
  assert.deepEqual(await Promise.all(others), [STACK, STACK]);
  first[Symbol.dispose]();

  const second = await claimFirst(folder.path);
  const next = claim(folder.path, () => void waiting++);
  await until("it to wait", () => waiting === 3);
  second[Symbol.dispose]();
  const claimed = await next;
  assert.ok("publish" in claimed);
  claimed[Symbol.dispose]();
});

Deno.test("waiting ends with the signal", async () => {
  await using folder = temporaryFolder();
  using _ = await claimFirst(folder.path);
  const end = new AbortController();
  await assert.rejects(claim(folder.path, () => end.abort(), end.signal), { name: "AbortError" });
});

Deno.test("what a process wrote that is dead is no running stack, even before somebody removes it", async () => {
  await using folder = temporaryFolder();
  const { stdout } = await runProgram("sh", ["-c", "echo $$"]);
  using first = await claimFirst(folder.path);
  first.publish({ ...STACK, pid: Number(stdout) });
  assert.equal(findRunningStack(folder.path), undefined);
});
