import { parseArgs } from "node:util";
import { DevServiceError } from "../../dev/services/dev_service_error.ts";
import type { Row } from "./row.ts";
import { ALL_ROWS } from "./rows/all_rows.ts";

const USAGE = "Usage: deno task test:faults [--rounds N] [--seed S] [--only R7,R8] [--quick] " +
  "[--soak MINUTES] [--table FILE]";

/** Rounds of a row: kill points, and what takes its time. */
const ROUNDS = { kill: 20, timed: 3 } as const;

export interface FaultArguments {
  readonly roundsOf: (kind: Row["kind"]) => number;
  readonly seed: number;
  readonly rows: readonly Row[];
  /** Instead of the rows. */
  readonly soakMinutes: number | undefined;
  /** A file for the table, as Markdown. */
  readonly table: string | undefined;
}

/** Reads the task's arguments; what is wrong with them is a DevServiceError that shows the usage. */
export function readArguments(args: string[]): FaultArguments {
  try {
    const { values } = parseArgs({
      args,
      options: {
        rounds: { type: "string" },
        seed: { type: "string" },
        only: { type: "string" },
        quick: { type: "boolean", default: false },
        soak: { type: "string" },
        table: { type: "string" },
      },
    });
    const rounds = values.quick ? 1 : wholeNumber("rounds", values.rounds);
    return {
      roundsOf: (kind) => rounds ?? ROUNDS[kind],
      seed: wholeNumber("seed", values.seed) ?? Date.now() % 1_000_000,
      rows: values.only?.split(",").map(findRow) ?? ALL_ROWS,
      soakMinutes: wholeNumber("soak", values.soak),
      table: values.table,
    };
  } catch (error) {
    throw new DevServiceError(`${error instanceof Error ? error.message : error}. ${USAGE}`);
  }
}

function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new TypeError(`--${name} must be 1 or more`);
  return number;
}

function findRow(id: string): Row {
  const row = ALL_ROWS.find((row) => row.id === id.toUpperCase());
  if (row) return row;
  throw new TypeError(`There is no row ${id}, but ${ALL_ROWS.map(({ id }) => id).join(", ")}`);
}
