import assert from "node:assert/strict";
import type { z } from "zod";

/** Whether this is accepted, by the zod schema and by the contract's file alike. */
export function isAccepted(
  schema: z.ZodType,
  assertByFile: (value: unknown) => void,
  value: unknown,
): boolean {
  const bySchema = schema.safeParse(value).success;
  const byFile = passes(() => assertByFile(value));
  assert.equal(byFile, bySchema, `The file disagrees with the schema on ${Deno.inspect(value)}`);
  return bySchema;
}

function passes(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof assert.AssertionError) return false;
    throw error;
  }
}
