import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import denoJson from "../../deno.json" with { type: "json" };
import { parseConfig, variableNames } from "../../src/config.ts";

const JWT_SECRET = "0".repeat(32);

async function example(): Promise<Record<string, string>> {
  const text = await Deno.readTextFile(new URL("../../.env.example", import.meta.url));
  return { ...parseEnv(text) } as Record<string, string>;
}

Deno.test(".env.example names exactly the variables that the server reads", async () => {
  assert.deepEqual(Object.keys(await example()).sort(), variableNames().sort());
});

Deno.test(".env.example shows the defaults, and is complete but for the secret", async () => {
  const shown = await example();
  const { REDIS_URL, MONGODB_URI, CLOUDINARY_URL, AI_SERVICE_URL } = shown;
  const required = { REDIS_URL, MONGODB_URI, CLOUDINARY_URL, AI_SERVICE_URL, JWT_SECRET };
  assert.deepEqual(parseConfig({ ...shown, JWT_SECRET }), parseConfig(required));
});

Deno.test("the tasks api and worker may read exactly the variables of the configuration", () => {
  for (const role of ["api", "worker"] as const) {
    const { command } = denoJson.tasks[role];
    const [, allowed = ""] = /--allow-env=(\S+)/.exec(command) ?? [];
    assert.deepEqual(allowed.split(",").sort(), variableNames().sort());
    assert.match(command, /--ignore-env/);
    assert.doesNotMatch(command, /-A|--allow-all|--allow-run|--allow-ffi/);
  }
});

Deno.test("every dependency is pinned and every task described", () => {
  for (const [name, specifier] of Object.entries(denoJson.imports)) {
    assert.match(specifier, /@\d+\.\d+\.\d+$/, name);
  }
  for (const [name, task] of Object.entries(denoJson.tasks)) assert.ok(task.description, name);
  assert.equal(denoJson.lock.frozen, true);
});
