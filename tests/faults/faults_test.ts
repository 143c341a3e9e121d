import assert from "node:assert/strict";
import type { Row } from "./row.ts";
import { ALL_ROWS } from "./rows/all_rows.ts";
import { runRounds } from "./run_row.ts";
import { openWorld } from "./world/world.ts";

/** The gate's part of `deno task test:faults`: one round of the rows in which something is killed. */
const GROUPS = {
  "workers killed at every step of a job": ["R1", "R2", "R3", "R4", "R5", "R32"],
  "APIs killed at every step of a submission": ["R7", "R8", "R9"],
  "Redis and mongod killed, and back with their data": ["R10", "R16"],
  "Redis killed, and back with nothing": ["R11"],
};

for (const [what, ids] of Object.entries(GROUPS)) {
  Deno.test(`${what}: nothing lost, nothing twice`, async (test) => {
    const rows = ids.map(rowOf);
    await using world = await openWorld(rows[0]?.world);
    for (const row of rows) {
      await test.step(`${row.id} ${row.fault}`, async () => {
        const { violations } = await runRounds(world, row, { rounds: 1, seed: 1 });
        assert.deepEqual(violations, []);
      });
    }
  });
}

function rowOf(id: string): Row {
  const row = ALL_ROWS.find((row) => row.id === id);
  assert.ok(row, id);
  return row;
}
