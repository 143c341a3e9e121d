import { setTimeout as pause } from "node:timers/promises";
import pTimeout from "p-timeout";
import { collectEvidence } from "./collect_evidence.ts";
import type { Rules } from "./judge/evidence.ts";
import { isAtRest, judge } from "./judge/judge.ts";
import type { Violation } from "./judge/violation.ts";
import { openRound, type Round } from "./round.ts";
import type { Row } from "./row.ts";
import { rulesOf } from "./rules.ts";
import { seededRandom } from "./seeded_random.ts";
import { mend } from "./world/mend.ts";
import type { World } from "./world/world.ts";

export interface RoundResult extends Disposable {
  readonly round: Round;
  readonly violations: readonly Violation[];
  /** From the fault's end until all had come to rest, of a fault that has an end. */
  readonly recoveryMs: number | undefined;
}

const POLL_MS = 150;
const STEP_MS = 180_000;
const COLLECT_MS = 20_000;

/** Makes a row's fault once, waits until all has come to rest, and judges. Disposal disconnects its users. */
export async function runRound(
  world: World,
  row: Row,
  { number, seed }: { number: number; seed: number },
): Promise<RoundResult> {
  const random = seededRandom(`${seed} ${row.id} ${number}`);
  const round = await openRound({ world, number, random });
  const failures = await carryOut(row.inject, round);
  if (failures.length > 0) await mend(world);
  const { violations, atRestAt } = await untilAtRest(world, round, row, rulesOf(row));
  failures.push(...await carryOut(row.verify, round));
  return {
    round,
    violations: [...failures, ...violations, ...round.findings],
    recoveryMs: round.faultOverAt && atRestAt - round.faultOverAt,
    [Symbol.dispose]: () => round[Symbol.dispose](),
  };
}

/** A fault that could not be made as it is meant counts as a violation: the row has shown nothing. */
async function carryOut(step: Row["verify"], round: Round): Promise<Violation[]> {
  try {
    if (step) await pTimeout(step(round), { milliseconds: STEP_MS });
    return [];
  } catch (error) {
    return [{ invariant: "not carried out", what: String(error) }];
  }
}

/** Waits until all has come to rest, for the row's time; then judges. */
async function untilAtRest(world: World, round: Round, row: Row, rules: Rules) {
  const deadline = Date.now() + row.withinMs;
  for (;;) {
    const evidence = await pTimeout(collectEvidence(world, [round], rules), {
      milliseconds: COLLECT_MS,
    }).catch(String);
    const atRestAt = Date.now();
    const isLate = atRestAt > deadline;
    if (typeof evidence === "string") {
      if (isLate) return { violations: [{ invariant: "not judged", what: evidence }], atRestAt };
    } else if (isLate || isAtRest(evidence)) {
      return { violations: judge(evidence), atRestAt };
    }
    await pause(POLL_MS);
  }
}
