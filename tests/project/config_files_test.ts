import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import denoJson from "../../deno.json" with { type: "json" };
import { testRuns } from "../../dev/testing/run_tests.ts";
import { parseConfig } from "../../src/config/config.ts";
import { variableNames } from "../../src/config/variables.ts";
import { readProjectFile } from "../support/project_files.ts";

const JWT_SECRET = "0".repeat(32);

async function example(): Promise<Record<string, string>> {
  return { ...parseEnv(await readProjectFile(".env.example")) } as Record<string, string>;
}

Deno.test("T006 .env.example names exactly the variables that the server reads", async () => {
  assert.deepEqual(Object.keys(await example()).sort(), variableNames().sort());
});

Deno.test("T006 .env.example shows the defaults, and is complete but for the secret", async () => {
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

Deno.test("T001 every dependency is pinned and every task described", () => {
  for (const [name, specifier] of Object.entries(denoJson.imports)) {
    assert.match(specifier, /@\d+\.\d+\.\d+$/, name);
  }
  for (const name of ["bullmq", "cloudinary", "ioredis", "mongoose", "socket.io"]) {
    assert.ok(name in denoJson.imports, name);
  }
  for (const [name, task] of Object.entries(denoJson.tasks)) assert.ok(task.description, name);
  assert.equal(denoJson.lock.frozen, true);
});

Deno.test("T066 what CI runs is the gate, and the gate runs every test", async () => {
  const script = await readProjectFile(".ci/run");
  assert.match(script, /^exec npx -y deno@\d+\.\d+\.\d+ task ok$/m);
  assert.match(denoJson.tasks.ok.command, / dev\/ok\.ts$/);
  const gate = await readProjectFile("dev/ok.ts");
  assert.match(gate, /return await runTests\(\[\], /);
  const runs = testRuns([]);
  const leftOut = runs.flat().filter((arg) => arg.startsWith("--ignore="));
  for (const arg of leftOut) {
    const path = arg.slice("--ignore=".length);
    assert.ok(runs.some((args) => args.includes(path)), `${path} is run by nobody`);
  }
});
