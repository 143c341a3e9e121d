import assert from "node:assert/strict";
import { repeat } from "../../src/repeat.ts";
import { until } from "../support/until.ts";

Deno.test("the work is done again and again, and never twice at once", async () => {
  let rounds = 0;
  const gate = Promise.withResolvers<void>();
  const repeated = repeat(1, async () => {
    if (++rounds === 3) await gate.promise;
  });
  await until("three rounds", () => rounds === 3);
  const closing = repeated.close();
  gate.resolve();
  await closing;
  assert.equal(rounds, 3);
});

Deno.test("closing waits for the round under way", async () => {
  const gate = Promise.withResolvers<void>();
  let isDone = false;
  let isBegun = false;
  const repeated = repeat(1, async () => {
    isBegun = true;
    await gate.promise;
    isDone = true;
  });
  await until("a round", () => isBegun);
  const closing = repeated.close().then(() => assert.equal(isDone, true));
  gate.resolve();
  await closing;
});

Deno.test("a round may be had at once, or right after the one under way", async () => {
  let rounds = 0;
  const gate = Promise.withResolvers<void>();
  const repeated = repeat(3_600_000, async () => {
    if (++rounds === 1) await gate.promise;
  });
  repeated.soon();
  repeated.soon();
  await until("the first round", () => rounds === 1);
  repeated.soon();
  repeated.soon();
  gate.resolve();
  await until("the second round", () => rounds === 2);
  await repeated.close();
});
