import assert from "node:assert/strict";
import pTimeout from "p-timeout";
import { AssetError, type ErrorCode } from "../../src/assets/errors.ts";

/** What the promise is rejected with; fails when it is fulfilled, or hangs for 15 s. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const outcome = promise.then(
    (value) => ({ error: undefined, value }),
    (error: unknown) => ({ error, value: undefined }),
  );
  const { error, value } = await pTimeout(outcome, { milliseconds: 15_000 });
  assert.notEqual(error, undefined, `Expected a failure, got ${Deno.inspect(value)}`);
  return error;
}

/** The promise's AssetError, held to its code and to a cause that is an Error or a sentence. */
export async function assetErrorOf(
  promise: Promise<unknown>,
  code: ErrorCode,
): Promise<AssetError> {
  const error = await failureOf(promise);
  assert.ok(error instanceof AssetError, `Expected ${code}, got ${Deno.inspect(error)}`);
  assert.equal(error.code, code, Deno.inspect(error));
  return error;
}

/** Everything that a log could show of this error: messages, stacks and causes, to any depth. */
export function textOf(error: unknown): string {
  return Deno.inspect(error, { depth: 100, strAbbreviateSize: Infinity, showHidden: true });
}
