import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { projectFiles, readProjectFile } from "../support/project_files.ts";

const IMPORT =
  /^(?:import|export)\b[^"']*?from\s+"([^"]+)"|\bimport\("([^"]+)"\)|^import\s+"([^"]+)"/gm;
const ADAPTERS = ["auth", "http", "images", "database", "queue", "ai", "events"];

interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Of files of this project: paths from its root; of packages: their names. */
  readonly imports: readonly string[];
}

async function sourceFiles(folder: string): Promise<SourceFile[]> {
  return await Promise.all((await projectFiles(folder, ".ts")).map(sourceFile));
}

async function sourceFile(path: string): Promise<SourceFile> {
  const text = await readProjectFile(path);
  const imports = [...text.matchAll(IMPORT)].map(([, a, b, c]) => a ?? b ?? c ?? "")
    .map((specifier) => specifier.startsWith(".") ? join(dirname(path), specifier) : specifier);
  return { path, text, imports };
}

function isWithin(folder: string, path: string): boolean {
  return !relative(folder, path).startsWith("..");
}

Deno.test("the core src/assets imports nothing outside itself", async () => {
  for (const { path, imports } of await sourceFiles("src/assets")) {
    for (const imported of imports) {
      assert.ok(isWithin("src/assets", imported), `${path}: ${imported}`);
    }
  }
});

Deno.test("the contracts import the core and zod only", async () => {
  for (const { path, imports } of await sourceFiles("src/contract")) {
    const foreign = imports.filter((name) =>
      !["zod", "node:buffer"].includes(name) &&
      !isWithin("src/assets", name) && !isWithin("src/contract", name)
    );
    assert.deepEqual(foreign, [], path);
  }
});

Deno.test("adapters import the core and what lies beside them, never each other", async () => {
  for (const adapter of ADAPTERS) {
    for (const { path, imports } of await sourceFiles(`src/${adapter}`)) {
      const others = ADAPTERS.filter((other) => other !== adapter);
      const foreign = imports.filter((imported) =>
        others.some((other) => isWithin(`src/${other}`, imported))
      );
      assert.deepEqual(foreign, [], path);
    }
  }
});

Deno.test("nothing of dev or tests is reached from the product", async () => {
  const product = [await sourceFile("main.ts"), await sourceFile("worker.ts")];
  product.push(...await sourceFiles("src"));
  for (const { path, imports } of product) {
    const foreign = imports.filter((name) => isWithin("dev", name) || isWithin("tests", name));
    assert.deepEqual(foreign, [], path);
  }
});

Deno.test("only the roles know several adapters", async () => {
  for (const { path, imports } of await sourceFiles("src")) {
    const known = ADAPTERS.filter((adapter) =>
      imports.some((imported) => isWithin(`src/${adapter}`, imported))
    );
    assert.ok(known.length < 2 || isWithin("src/roles", path), `${path}: ${known}`);
  }
});

Deno.test("only the entry files read the environment, and no file is longer than allowed", async () => {
  for (const { path, text } of await sourceFiles("src")) {
    assert.doesNotMatch(text, /Deno\.env|process\.env/, path);
    assert.ok(text.split("\n").length <= 200, `${path} is longer than 200 lines`);
  }
  assert.ok((await sourceFile("main.ts")).text.split("\n").length <= 81);
  assert.ok((await sourceFile("worker.ts")).text.split("\n").length <= 61);
});

Deno.test("the check reads imports as they are written here", async () => {
  const main = await sourceFile("main.ts");
  assert.ok(main.imports.includes("src/roles/api.ts"));
  const api = await sourceFile("src/roles/api.ts");
  assert.ok(api.imports.includes("src/http/app.ts"));
  const cloudinary = await sourceFile("src/images/cloudinary_image_store.ts");
  assert.ok(cloudinary.imports.includes("cloudinary"));
  assert.ok(cloudinary.imports.includes("src/assets/ports.ts"));
});
