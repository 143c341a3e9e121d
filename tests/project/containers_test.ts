import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import { parseConfig } from "../../src/config/config.ts";
import { variableNames } from "../../src/config/variables.ts";
import { projectFiles, readProjectFile } from "../support/project_files.ts";

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

Deno.test("the image has the program that deno task compile makes, a user without rights and a health check", async () => {
  const dockerfile = await readProjectFile("Dockerfile");
  assert.match(dockerfile, /^RUN deno install --frozen$/m);
  assert.match(dockerfile, /^RUN deno task compile\b/m);
  const output = /"(dist)", "([\w-]+)"/.exec(await readProjectFile("dev/compile.ts"));
  const [, folder, program] = output ?? [];
  assert.ok(dockerfile.includes(`/build/${folder}/${program} /usr/local/bin/${program}\n`));
  const [, ...server] = dockerfile.split(/^FROM .* AS server$/m);
  assert.match(server.join(), /^USER [1-9]\d*(:[1-9]\d*)?$/m);
  assert.ok(server.join().includes(`CMD ["${program}", "healthcheck"]`));
  assert.ok(server.join().includes(`ENTRYPOINT ["${program}"]`));
});

Deno.test(".dockerignore lets in what the program is made of, and not what may be secret", async () => {
  const patterns = (await readProjectFile(".dockerignore")).trim().split("\n");
  assert.equal(patterns[0], "*");
  const letIn = patterns.filter((pattern) => pattern.startsWith("!")).map((name) => name.slice(1));
  assert.deepEqual(letIn, ["deno.json", "deno.lock", "main.ts", "worker.ts", "src", "dev"]);
  for (const folder of ["src", "dev"]) assert.ok((await projectFiles(folder, ".ts")).length > 0);
});

/** What compose.yaml tells the servers, with a compose.env that says this. */
async function settings(composeEnv: Readonly<Record<string, string>> = {}) {
  const compose = await readProjectFile("compose.yaml");
  const [, files = ""] = /^ {2}env_file:\n((?: {4}.*\n)+)/m.exec(compose) ?? [];
  assert.equal(files, "    - deploy/trial.env\n    - path: compose.env\n      required: false\n");
  const [, block = ""] = /^ {2}environment:\n((?: {4}\w+: .*\n)+)/m.exec(compose) ?? [];
  const environment = [...block.matchAll(/^ {4}(\w+): (.*)$/gm)].map((
    [, name, value],
  ) => [name, value]);
  const trial = parseEnv(await readProjectFile("deploy/trial.env"));
  return { ...trial, ...composeEnv, ...Object.fromEntries(environment) } as Record<string, string>;
}

Deno.test("compose.yaml tells the servers what they need, and nothing that they do not read", async () => {
  const env = await settings();
  assert.deepEqual(Object.keys(env).filter((name) => !variableNames().includes(name)), []);
  assert.equal(parseConfig(env).development, true);
});

Deno.test("compose.yaml runs for real when compose.env says where things are", async () => {
  const CLOUDINARY_URL = "cloudinary://key:secret@cloud";
  const AI_SERVICE_URL = "https://ai.example.com";
  const told = { APP_ENV: "production", CLOUDINARY_URL, AI_SERVICE_URL };
  const { development, images, ai } = parseConfig(await settings(told));
  assert.equal(development, false);
  assert.deepEqual([images.cloudinaryUrl, ai.url], [CLOUDINARY_URL, AI_SERVICE_URL]);
});

Deno.test("compose.yaml is begun as the README says", async () => {
  const [readme, compose] = await Promise.all(["README.md", "compose.yaml"].map(readProjectFile));
  const [, head = ""] = /^((?:# .*\n)+)/.exec(compose ?? "") ?? [];
  const commands = [...head.matchAll(/^# {3}(\S.*)$/gm)].map(([, command]) => command);
  assert.deepEqual(commands, ["docker compose up --build"]);
  assert.ok(readme?.includes(`\n${commands.join("\n")}\n`));
});
