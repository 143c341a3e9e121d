import assert from "node:assert/strict";
import { parseConfig } from "../../src/config/config.ts";
import { variableNames } from "../../src/config/variables.ts";
import { readProjectFile } from "../support/project_files.ts";

// No container engine is to be expected where the gate runs: its files are held to the code instead.

const DENO = /\bdeno[@:](\d+\.\d+\.\d+)/g;

Deno.test("the Dockerfile builds with the Deno of the gate and of the README", async () => {
  const versions = await Promise.all(
    ["Dockerfile", ".ci/run", "README.md"].map(async (file) =>
      new Set([...(await readProjectFile(file)).matchAll(DENO)].map(([, version]) => version))
    ),
  );
  const [first] = versions;
  assert.equal(first?.size, 1);
  for (const version of versions) assert.deepEqual(version, first);
});

/** The servers' environment in compose.yaml, with the defaults of what .env may say. */
async function environment(told: Readonly<Record<string, string>>) {
  const compose = await readProjectFile("compose.yaml");
  const [, block = ""] = /environment: &environment\n((?: {4}\w+: .*\n)+)/.exec(compose) ?? [];
  const entries = [...block.matchAll(/^ {4}(\w+): (.*)$/gm)];
  return Object.fromEntries(
    entries.map(([, name = "", value = ""]) => [
      name,
      value.replace(/^\$\{(\w+):?[-?](.*)\}$/, (_, name, fallback) => told[name] ?? fallback),
    ]),
  );
}

const JWT_SECRET = "0".repeat(64);

Deno.test("compose.yaml tells the servers what they need, and nothing that they do not read", async () => {
  const env = await environment({ JWT_SECRET });
  assert.deepEqual(Object.keys(env).filter((name) => !variableNames().includes(name)), []);
  assert.equal(parseConfig(env).development, true);
});

Deno.test("compose.yaml runs for real when .env says where things are", async () => {
  const CLOUDINARY_URL = "cloudinary://key:secret@cloud";
  const AI_SERVICE_URL = "https://ai.example.com";
  const told = { JWT_SECRET, APP_ENV: "production", CLOUDINARY_URL, AI_SERVICE_URL };
  const { development, images, ai } = parseConfig(await environment(told));
  assert.equal(development, false);
  assert.deepEqual([images.cloudinaryUrl, ai.url], [CLOUDINARY_URL, AI_SERVICE_URL]);
});

Deno.test("compose.yaml is begun as the README says", async () => {
  const [readme, compose] = await Promise.all(["README.md", "compose.yaml"].map(readProjectFile));
  const [, head = ""] = /^((?:# .*\n)+)/.exec(compose ?? "") ?? [];
  const commands = [...head.matchAll(/^# {3}(\S.*)$/gm)].map(([, command]) => command);
  assert.equal(commands.length, 2);
  assert.ok(readme?.includes(commands.join("\n")), commands.join("\n"));
});
