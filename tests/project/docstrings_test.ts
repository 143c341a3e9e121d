import assert from "node:assert/strict";
import { projectFiles, readProjectFile } from "../support/project_files.ts";

const FUNCTION =
  /^export (?:async function|function\*?) (\w+)|^export const (\w+) = (?:async )?(?:function\b|createMiddleware\b|\([^;]*?=>|\w+ =>)/gm;

/** The exported functions in a text, and whether a docstring stands right before each. */
function functionsIn(text: string): { name: string; isDocumented: boolean }[] {
  return [...text.matchAll(FUNCTION)].map(({ 1: declared, 2: assigned, index }) => ({
    name: declared ?? assigned ?? "",
    isDocumented: /\/\*\*(?:(?!\*\/).)*\w(?:(?!\*\/).)*\*\/\n$/s.test(text.slice(0, index)),
  }));
}

Deno.test("T062 every exported function of the product has a docstring", async () => {
  const missing: string[] = [];
  let count = 0;
  for (const path of ["main.ts", "worker.ts", ...await projectFiles("src", ".ts")]) {
    for (const { name, isDocumented } of functionsIn(await readProjectFile(path))) {
      if (!isDocumented) missing.push(`${path}: say in a /** docstring */ what ${name} is for`);
      count++;
    }
  }
  assert.ok(missing.length === 0, `\n${missing.join("\n")}`);
  assert.ok(count > 60, `${count} functions`);
});

Deno.test("T062 the check tells what is documented from what is not", () => {
  const text = `
/** Says so. */
export function one() {}
export async function two() {}
/** Of something else. */
const three = 3;
export const four = async (a: number) => a;
/**
 * Says so.
 */
export const five = createMiddleware(async () => {});
// no docstring
export const six = a => a;
export const seven = z.object({ a: () => 1 });
export const eight = page(seven);
/** */
export function nine() {}
`;
  const found = functionsIn(text).map(({ name, isDocumented }) => `${name} ${isDocumented}`);
  assert.deepEqual(found, [
    ...["one true", "two false", "four false", "five true", "six false", "nine false"],
  ]);
});
