import assert from "node:assert/strict";
import { createConnection } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../dev/project.ts";
import { startChild } from "../../dev/services/child_process.ts";

const SERVERS = ["redis-server", "mongod", "sample AI service", "API"];

function startDemo(stack: AsyncDisposableStack, readyWhen: RegExp, lines: string[]) {
  const logFile = join(tmpdir(), `demo-${crypto.randomUUID()}.log`);
  stack.defer(() => Deno.remove(logFile));
  return startChild({
    command: Deno.execPath(),
    args: ["run", "-A", "dev/demo.ts"],
    cwd: ROOT,
    // Not the test run's own servers: the demo has to bring up its own.
    env: { REDIS_URL: "", MONGODB_URI: "" },
    logFile,
    readyWhen,
    startTimeoutMs: 60_000,
    onLine: (line) => lines.push(line),
  });
}

async function isListening(port: number): Promise<boolean> {
  const socket = createConnection(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function portsOf(lines: readonly string[]): number[] {
  const text = lines.join("\n");
  return SERVERS.map((name) => {
    const [, port] = new RegExp(`${name}: ready at \\w+://127\\.0\\.0\\.1:(\\d+)`).exec(text) ?? [];
    assert.ok(port, `${name} is not in: ${text}`);
    return Number(port);
  });
}

async function assertNothingIsLeft(lines: readonly string[]) {
  for (const port of portsOf(lines)) assert.equal(await isListening(port), false);
}

Deno.test("the demo shows 202, event and asset of each photo, exits 0 and leaves nothing running", async () => {
  await using stack = new AsyncDisposableStack();
  const lines: string[] = [];
  const demo = stack.use(await startDemo(stack, /^Done in/, lines));
  const { code } = await demo.status;
  assert.equal(code, 0);
  const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
  assert.equal(
    count(/^ +\d+ ms {2}202 accepted +asset [0-9a-f]{24}, job asset-[0-9a-f]{24}-1$/),
    3,
  );
  assert.equal(count(/^ +\d+ ms {2}asset_processed +active: colorway /), 3);
  assert.equal(count(/^ +\d+ ms {2}200 asset +active, http:/), 3);
  await assertNothingIsLeft(lines);
});

Deno.test("a demo that is interrupted leaves nothing running", async () => {
  await using stack = new AsyncDisposableStack();
  const lines: string[] = [];
  const demo = stack.use(await startDemo(stack, /API: ready/, lines));
  demo.kill("SIGINT");
  const { code } = await demo.status;
  assert.equal(code, 130);
  await assertNothingIsLeft(lines);
});
