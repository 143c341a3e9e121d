import assert from "node:assert/strict";
import { boundOf, resultTable } from "./result_table.ts";
import type { RowResult } from "./run_row.ts";

function result(change: Partial<RowResult> = {}): RowResult {
  const inject = () => Promise.resolve();
  const row = { id: "R1", fault: "worker killed", kind: "kill", withinMs: 1, inject } as const;
  return { row, rounds: 20, assets: 80, violations: [], slowestMs: 2340, ...change };
}

Deno.test("the table of the fault suite is Markdown, a line for each row", () => {
  assert.equal(
    resultTable([result()]),
    [
      "| row | fault         | rounds | assets | violations | slowest recovery |",
      "| --- | ------------- | -----: | -----: | ---------: | ---------------: |",
      "| R1  | worker killed |     20 |     80 |          0 |            2.3 s |",
    ].join("\n"),
  );
});

Deno.test("the bound that follows from no violation is three in so many assets", () => {
  const results = [result({ assets: 1000 }), result({ assets: 2000 })];
  assert.match(boundOf(results), /^0 violations with 3000 assets: 95 % upper bound 0\.100 %$/);
  const bad = result({ violations: [{ invariant: "I1", what: "gone" }] });
  assert.equal(boundOf([bad]), "1 violations with 80 assets");
});
