import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import openApi from "../../contracts/analyze-queue.openapi.json" with { type: "json" };
import denoJson from "../../deno.json" with { type: "json" };
import { ROOT } from "../../dev/project.ts";
import { variableNames } from "../../src/config/variables.ts";
import { ERROR_CODES } from "../../src/contract/envelopes.ts";
import { projectFiles, readProjectFile } from "../support/project_files.ts";

Deno.test("T063 the README's table of routes is that of the OpenAPI document", async () => {
  const rows = (await readProjectFile("README.md")).matchAll(
    /^\| (GET|POST|PUT|PATCH|DELETE) ([^|]+)\|/gm,
  );
  const shown = [...rows].flatMap(([, method, paths = ""]) =>
    paths.trim().split(", ").map((path) => `${method} ${path}`)
  );
  const served = Object.entries(openApi.paths).flatMap(([path, { parameters: _, ...operations }]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`)
  );
  assert.deepEqual(shown.sort(), served.sort());
});

Deno.test("T063 CONTRIBUTING.md names every task", async () => {
  const page = await readProjectFile("CONTRIBUTING.md");
  const rows = [...page.matchAll(/^\| `deno task ([\w:]+)` +\| /gm)].map(([, name]) => name);
  assert.deepEqual(rows.sort(), Object.keys(denoJson.tasks).sort());
});

Deno.test("T063 the README names .env.example, and no variable that the server does not read", async () => {
  const readme = await readProjectFile("README.md");
  assert.ok(readme.includes("(.env.example)"));
  const named = [...readme.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([name]) => name);
  assert.ok(named.includes("REDIS_URL"));
  // What the gate is told by, which is no server.
  const known = [...variableNames(), ...ERROR_CODES, "DENORT_BIN"];
  assert.deepEqual(named.filter((name) => !known.includes(name)), []);
});

Deno.test("T063 what the documents link to is there", async () => {
  const pages = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    ...await projectFiles("docs", ".md"),
  ];
  let count = 0;
  for (const page of pages) {
    const text = await readProjectFile(page);
    for (const [, inline, defined] of text.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$/gm)) {
      const target = (inline ?? defined ?? "").replace(/#.*$/, "");
      if (target === "" || /^\w+:/.test(target)) continue;
      await assert.doesNotReject(
        Deno.stat(join(ROOT, dirname(page), target)),
        `${page}: ${target}`,
      );
      count++;
    }
  }
  assert.ok(count > 20, `${count} links`);
});
