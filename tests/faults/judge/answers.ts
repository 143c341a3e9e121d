import type { Operation } from "../client/history.ts";
import type { ProcessRecord } from "../world/role_slot.ts";
import type { Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** I8: every request is answered in time and as the contract says, unless its API was killed meanwhile. */
export function judgeAnswers({ operations, processes, rules }: Evidence): Violation[] {
  return operations.flatMap((operation) => {
    const { kind, api, status, headers, startedAt, endedAt, outcome, error } = operation;
    const told = (what: string) => [{ invariant: "I8", what: `${kind} at ${api} ${what}` }];
    if (!endedAt) return told("has no end");
    const lives = processes.filter(({ name }) => name.startsWith(`${api} `));
    if (status === 0) return isExcused(operation, lives) ? [] : told(`was ${outcome}: ${error}`);
    const tookMs = endedAt - startedAt;
    if (tookMs > rules.answerWithinMs) return told(`was answered ${status} after ${tookMs} ms`);
    if (status === 500) return told("was answered 500");
    if (status === 503 && !headers?.get("Retry-After")) return told("was 503 without Retry-After");
    return [];
  });
}

/**
 * Who starts or ends refuses connections. Only who is killed may leave a request without an answer, and
 * who ends one that came after it was asked to: the kernel may have taken the connection already.
 */
function isExcused({ outcome, startedAt, endedAt }: Operation, lives: readonly ProcessRecord[]) {
  const isUp = ({ readyAt = Infinity, endAskedAt = Infinity }: ProcessRecord) =>
    readyAt <= startedAt && endAskedAt > endedAt;
  if (outcome === "fail") return !lives.some(isUp);
  return lives.some(({ ending, endAskedAt = Infinity, endedAt: diedAt = Infinity }) =>
    endAskedAt <= (ending === "killed" ? endedAt : startedAt) && diedAt >= startedAt
  );
}
