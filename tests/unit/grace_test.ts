import assert from "node:assert/strict";
import { createGrace } from "../../src/grace.ts";

Deno.test("a grace counts down from the first question, for all who ask, and never below nothing", () => {
  let now = 1000;
  const grace = createGrace(300, () => now);
  now = 5000;
  assert.equal(grace.leftMs(), 300);
  now = 5100;
  assert.equal(grace.leftMs(), 200);
  now = 6000;
  assert.equal(grace.leftMs(), 0);
});
