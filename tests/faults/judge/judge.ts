import { judgeAccepted } from "./accepted.ts";
import { judgeAnswers } from "./answers.ts";
import { judgeCalls } from "./calls.ts";
import { judgeDeadLetters } from "./dead_letters.ts";
import type { Evidence } from "./evidence.ts";
import { judgeHeard } from "./heard.ts";
import { judgeLeftovers } from "./leftovers.ts";
import { judgePrivate } from "./private.ts";
import { judgeProcesses } from "./processes.ts";
import { judgeSettleOrder } from "./settle_order.ts";
import type { Violation } from "./violation.ts";

const INVARIANTS = [
  judgeAccepted,
  judgeHeard,
  judgeCalls,
  judgeLeftovers,
  judgeDeadLetters,
  judgePrivate,
  judgeSettleOrder,
  judgeProcesses,
  judgeAnswers,
];

/** Everything that is not as it has to be when all has come to rest. */
export function judge(evidence: Evidence): Violation[] {
  return INVARIANTS.flatMap((invariant) => invariant(evidence));
}
