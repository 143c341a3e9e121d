import { parseArgs } from "node:util";
import { DevServiceError } from "../../dev/services/dev_service_error.ts";

const USAGE = "Usage: deno task test:faults [--rounds N] [--seed S] [--only R7,R8] [--quick] " +
  "[--soak MINUTES] [--table FILE]";

/** Rounds of a row: kill points, and what takes its time. */
const ROUNDS = { kill: 20, timed: 3 } as const;

export interface FaultArguments {
  readonly roundsOf: (kind: "kill" | "timed") => number;
  readonly seed: number;
  /** Ids of rows; empty for all. */
  readonly only: readonly string[];
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
        only: { type: "string", default: "" },
        quick: { type: "boolean", default: false },
        soak: { type: "string" },
        table: { type: "string" },
      },
    });
    const rounds = values.quick ? 1 : wholeNumber("rounds", values.rounds);
    return {
      roundsOf: (kind) => rounds ?? ROUNDS[kind],
      seed: wholeNumber("seed", values.seed) ?? Date.now() % 1_000_000,
      only: values.only.toUpperCase().split(",").filter(Boolean),
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
