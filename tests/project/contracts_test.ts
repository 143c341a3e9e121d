import assert from "node:assert/strict";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import openApi from "../../contracts/analyze-queue.openapi.json" with { type: "json" };
import { contractFiles } from "../../dev/contracts/contract_files.ts";
import { ROOT } from "../../dev/project.ts";
import { type AppDeps, createApp } from "../../src/http/app.ts";
import { assertAnswer } from "../support/contract.ts";

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, Response | { readonly $ref: string }>>;
}

interface Response {
  readonly content?: Readonly<Record<string, { example?: unknown; examples?: Examples }>>;
}

type Examples = Readonly<Record<string, { readonly value: unknown }>>;

function operations(): { method: string; path: string; operation: Operation }[] {
  return Object.entries(openApi.paths).flatMap(([path, { parameters: _, ...operations }]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    }))
  );
}

Deno.test("the contract files are what the schemas give", async () => {
  const entries = await Array.fromAsync(Deno.readDir(join(ROOT, "contracts")));
  const written = entries.map(({ name }) => name).sort();
  const expected = Object.entries(contractFiles());
  const inFolder = expected.filter(([path]) => path.startsWith("contracts/"));
  assert.deepEqual(written, inFolder.map(([path]) => path.slice("contracts/".length)).sort());
  for (const [path, text] of expected) {
    const current = await Deno.readTextFile(join(ROOT, path));
    assert.ok(current === text, `${path} has drifted from the schemas: run "deno task contracts"`);
  }
});

Deno.test("the OpenAPI document is valid OpenAPI 3.1, each operation with a name of its own", async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(openApi));
  assert.ok(valid, Deno.inspect(errors, { depth: 10 }));
  assert.match(openApi.openapi, /^3\.1\./);
  const names = operations().map(({ operation }) => operation.operationId);
  assert.deepEqual(names, [...new Set(names)]);
});

Deno.test("the OpenAPI document names every route that the server has, and no other", () => {
  // Of the dependencies, nothing is asked for before a request comes.
  const { routes } = createApp({} as AppDeps);
  const served = routes.filter(({ method }) => method !== "ALL").map(({ method, path }) =>
    `${method} ${path.replaceAll(/:(\w+)(\{[^/]*\})?/g, "{$1}")}`
  );
  const named = operations().map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual([...new Set(served)].sort(), named.sort());
});

Deno.test("every example of an answer is one that would pass", () => {
  let count = 0;
  for (const { method, path, operation } of operations()) {
    for (const [status, reference] of Object.entries(operation.responses)) {
      for (const body of examplesOf(resolved(reference))) {
        assertAnswer({ ...answerTo(method, path, Number(status)), body });
        count++;
      }
    }
  }
  assert.ok(count > 20, `${count} examples`);
});

function resolved(response: Response | { readonly $ref: string }): Response {
  if (!("$ref" in response)) return response;
  const name = response.$ref.slice("#/components/responses/".length);
  return (openApi.components.responses as Readonly<Record<string, Response>>)[name] ?? {};
}

function examplesOf({ content }: Response): unknown[] {
  const { example, examples = {} } = content?.["application/json"] ?? {};
  const named = Object.values(examples).map(({ value }) => value);
  return example === undefined ? named : [example, ...named];
}

/** An answer whose head is in order. */
function answerTo(method: string, path: string, status: number) {
  const headers = new Headers({
    "Content-Type": "application/json",
    "X-Request-Id": "request-1",
    "Location": "/api/assets/507f1f77bcf86cd799439011",
    "WWW-Authenticate": "Bearer",
    "Retry-After": "5",
    "Allow": "GET, HEAD",
  });
  return { method, url: `http://127.0.0.1${path}`, status, headers };
}
