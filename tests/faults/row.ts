import type { Rules } from "./judge/evidence.ts";
import type { Round } from "./round.ts";
import type { WorldOptions } from "./world/world.ts";

/** One fault of the table: how it is made, and what is allowed while and after it. */
export interface Row {
  /** As in docs/reliability.md. */
  readonly id: string;
  readonly fault: string;
  /** Points at which something is killed are tried more often than what takes its time. */
  readonly kind: "kill" | "timed";
  /** From the fault's end until all has come to rest. */
  readonly withinMs: number;
  readonly world?: WorldOptions;
  readonly rules?: Partial<Rules>;
  /** Makes the fault, and leaves everything running again. */
  readonly inject: (round: Round) => Promise<void>;
  /** What has to be so besides the invariants, once all has come to rest. */
  readonly verify?: (round: Round) => Promise<void>;
}
