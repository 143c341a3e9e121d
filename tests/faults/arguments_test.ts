import assert from "node:assert/strict";
import { readArguments } from "./arguments.ts";
import { ALL_ROWS } from "./rows/all_rows.ts";

Deno.test("test:faults tries kill points more often than what takes its time, unless it is told", () => {
  const { roundsOf, rows, soakMinutes, table } = readArguments([]);
  assert.deepEqual([roundsOf("kill"), roundsOf("timed")], [20, 3]);
  assert.deepEqual([rows, soakMinutes, table], [ALL_ROWS, undefined, undefined]);
  assert.equal(readArguments(["--rounds", "7"]).roundsOf("timed"), 7);
  assert.equal(readArguments(["--quick"]).roundsOf("kill"), 1);
});

Deno.test("test:faults takes rows, a seed, a soak and a file for its table", () => {
  const args = ["--only", "r7,R8", "--seed", "3", "--soak", "60", "--table", "faults.md"];
  const { rows, seed, soakMinutes, table } = readArguments(args);
  assert.deepEqual([rows.map(({ id }) => id), seed, soakMinutes, table], [
    ["R7", "R8"],
    3,
    60,
    "faults.md",
  ]);
});

Deno.test("test:faults shows its usage when it is told what it does not know", () => {
  for (
    const args of [["--fast"], ["R7"], ["--rounds", "0"], ["--soak", "long"], ["--only", "R99"]]
  ) {
    assert.throws(() => readArguments(args), /Usage: deno task test:faults/, args.join(" "));
  }
});
