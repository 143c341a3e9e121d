import assert from "node:assert/strict";

const LOGGER = new URL("../../src/logger.ts", import.meta.url).href;

/** Runs `body` with a `logger` in a process of its own, since that is what writes; its lines. */
async function linesOf(body: string, format = "json"): Promise<string[]> {
  const script = `
    import { createLogger, redirectConsole } from ${JSON.stringify(LOGGER)};
    const logger = createLogger({ level: "info", format: ${JSON.stringify(format)} });
    ${body}
  `;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", script],
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

Deno.test("T026 a line is JSON with time, level and msg, and a child's fields", async () => {
  const [line = "", ...others] = await linesOf(`
    logger.debug({}, "below the level");
    logger.child({ requestId: "r" }).info({ assetId: "a" }, "hello");
  `);
  assert.deepEqual(others, []);
  const { time, ...rest } = JSON.parse(line);
  assert.equal(new Date(time).toISOString(), time);
  assert.deepEqual(rest, { level: "info", requestId: "r", assetId: "a", msg: "hello" });
});

Deno.test("an error is logged with its causes, without its other fields and without passwords", async () => {
  const [line = ""] = await linesOf(`
    const cause = Object.assign(new Error("redis://:hunter2@host is away"), { code: "ECONNREFUSED" });
    const err = Object.assign(new TypeError("no", { cause }), { config: { key: "hunter2" } });
    logger.error({ err }, "failed");
  `);
  const { err } = JSON.parse(line);
  assert.deepEqual([err.type, err.message], ["TypeError", "no"]);
  assert.equal(err.cause.code, "ECONNREFUSED");
  assert.equal(err.cause.message, "redis://***@host is away");
  assert.ok(!line.includes("hunter2"), line);
});

Deno.test("what a library prints itself becomes a line of the log", async () => {
  const [line = ""] = await linesOf(`
    redirectConsole(logger);
    console.warn("%s policy", "Eviction", { is: 1 });
  `);
  const { level, msg } = JSON.parse(line);
  assert.deepEqual([level, msg], ["warn", "Eviction policy { is: 1 }"]);
});

Deno.test("the pretty form is text for a person", async () => {
  const [line = ""] = await linesOf(`logger.info({ assetId: "a" }, "hello");`, "pretty");
  assert.match(line, /INFO.*hello/);
  assert.throws(() => JSON.parse(line));
});
