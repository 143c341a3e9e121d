import { join } from "node:path";
import { DATA_FOLDER } from "../../dev/project.ts";
import { print, runTask, type TaskContext } from "../../dev/run_task.ts";
import { readArguments } from "./arguments.ts";
import { boundOf, resultTable } from "./result_table.ts";
import { soak } from "./rows/r47_soak.ts";
import { type RowResult, runRow } from "./run_row.ts";

/** Makes the faults of docs/reliability.md and judges what became of the assets; 1 on any violation. */
async function testFaults({ signal }: TaskContext): Promise<number> {
  const { roundsOf, seed, rows, soakMinutes, table } = readArguments(Deno.args);
  const logsFolder = join(DATA_FOLDER, "faults");
  print(`seed ${seed}; the logs of rows with violations are kept in ${logsFolder}`);
  const runs = soakMinutes === undefined
    ? rows.map((row) => ({ row, rounds: roundsOf(row.kind) }))
    : [{ row: soak, rounds: soakMinutes }];
  const results: RowResult[] = [];
  for (const { row, rounds } of runs) {
    signal.throwIfAborted();
    const startedAt = Date.now();
    const result = await runRow(row, { rounds, seed, report: print, logsFolder });
    results.push(result);
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    const { violations } = result;
    print(`${row.id}: ${violations.length} violations in ${result.rounds} rounds (${seconds} s)`);
  }
  const text = resultTable(results);
  print(`\n${text}\n\n${boundOf(results)}`);
  if (table) await Deno.writeTextFile(table, `${text}\n`);
  return results.some(({ violations }) => violations.length > 0) ? 1 : 0;
}

if (import.meta.main) await runTask(testFaults);
