import { judgeAccepted, judgeFailed } from "./accepted.ts";
import { judgeAnswers } from "./answers.ts";
import { judgeCalls } from "./calls.ts";
import { judgeDeadLetters } from "./dead_letters.ts";
import type { Evidence } from "./evidence.ts";
import { judgeHeard, judgeHeardOnce } from "./heard.ts";
import { judgeLeftovers } from "./leftovers.ts";
import { judgePrivate } from "./private.ts";
import { judgeProcesses } from "./processes.ts";
import { judgeSettleOrder } from "./settle_order.ts";
import type { Violation } from "./violation.ts";

/** What may be so for a while, until recovery is through. */
const IN_THE_END = [judgeAccepted, judgeHeard, judgeLeftovers, judgeDeadLetters];

/** What must never be so. */
const ALWAYS = [
  judgeFailed,
  judgeHeardOnce,
  judgeCalls,
  judgePrivate,
  judgeSettleOrder,
  judgeProcesses,
  judgeAnswers,
];

/** Everything that is not as it has to be once all has come to rest. */
export function judge(evidence: Evidence): Violation[] {
  return [...IN_THE_END, ...ALWAYS].flatMap((invariant) => invariant(evidence));
}

/** Whether waiting could not make it any better. */
export function isAtRest(evidence: Evidence): boolean {
  return IN_THE_END.every((invariant) => invariant(evidence).length === 0);
}
