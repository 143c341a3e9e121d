import { print, runTask, type TaskContext } from "../../dev/run_task.ts";
import { readArguments } from "./arguments.ts";
import { boundOf, resultTable } from "./result_table.ts";
import { type RowResult, runRow } from "./run_row.ts";

/** Makes the faults of docs/reliability.md and judges what became of the assets; 1 on any violation. */
async function testFaults({ signal }: TaskContext): Promise<number> {
  const { roundsOf, seed, rows, table } = readArguments(Deno.args);
  print(`seed ${seed}`);
  const results: RowResult[] = [];
  for (const row of rows) {
    signal.throwIfAborted();
    const startedAt = Date.now();
    const result = await runRow(row, { rounds: roundsOf(row.kind), seed, report: print });
    results.push(result);
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    print(
      `${row.id}: ${result.violations.length} violations in ${result.rounds} rounds (${seconds} s)`,
    );
  }
  const text = resultTable(results);
  print(`\n${text}\n\n${boundOf(results)}`);
  if (table) await Deno.writeTextFile(table, `${text}\n`);
  return results.some(({ violations }) => violations.length > 0) ? 1 : 0;
}

if (import.meta.main) await runTask(testFaults);
