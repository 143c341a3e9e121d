import type { Rules } from "./judge/evidence.ts";
import type { Row } from "./row.ts";
import { ATTEMPTS } from "./world/settings.ts";

const RULES: Rules = {
  // The contract's 5 s, and what two slow cores take on top.
  answerWithinMs: 8_000,
  callsGivenBack: 0,
  attempts: ATTEMPTS,
  maxMemoryBytes: 512 * 2 ** 20,
  // The settings' grace, and the bounds of what is closed after it.
  endWithinMs: 15_000,
};

/** What holds for all rows, with what this one allows. */
export function rulesOf({ rules }: Pick<Row, "rules">): Rules {
  return { ...RULES, ...rules };
}
