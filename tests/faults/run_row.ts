import { setTimeout as pause } from "node:timers/promises";
import pTimeout from "p-timeout";
import { collectEvidence } from "./collect_evidence.ts";
import type { Rules } from "./judge/evidence.ts";
import { isAtRest, judge } from "./judge/judge.ts";
import type { Violation } from "./judge/violation.ts";
import { openRound, type Round } from "./round.ts";
import type { Row } from "./row.ts";
import { seededRandom } from "./seeded_random.ts";
import { ATTEMPTS } from "./world/settings.ts";
import { openWorld, type World } from "./world/world.ts";

export interface RowResult {
  readonly row: Row;
  readonly rounds: number;
  /** Answered 202. */
  readonly assets: number;
  readonly violations: readonly Violation[];
  /** The longest time from a fault's end until all had come to rest. */
  readonly slowestMs: number;
}

const RULES: Rules = {
  answerWithinMs: 8_000,
  givesCallsBack: false,
  attempts: ATTEMPTS,
  maxMemoryBytes: 512 * 2 ** 20,
  endWithinMs: 15_000,
};

const POLL_MS = 150;
const INJECT_MS = 180_000;
const COLLECT_MS = 20_000;
/** In which an event that is sent once too often is heard: a sweep of the API and one of a worker. */
const QUIET_MS = 3_000;
/** What has failed so often is known to be broken. */
const MAX_BAD_ROUNDS = 2;

/** Runs the rounds of a row in a world of its own, and judges each when it has come to rest. */
export async function runRow(
  row: Row,
  { rounds, seed, report = () => {} }: {
    rounds: number;
    seed: number;
    report?: (line: string) => void;
  },
): Promise<RowResult> {
  const rules = { ...RULES, ...row.rules };
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await openWorld(row.world));
  const done: Round[] = [];
  const violations: Violation[] = [];
  let [slowestMs, badRounds] = [0, 0];
  while (done.length < rounds && badRounds < MAX_BAD_ROUNDS) {
    const number = done.length + 1;
    const random = seededRandom(`${seed} ${row.id} ${number}`);
    const round = stack.use(await openRound({ world, number, random }));
    done.push(round);
    const found = await carryOut(row.inject, round);
    const { violations: unrest, atRestAt } = await untilAtRest(world, round, row, rules);
    found.push(...unrest, ...await carryOut(row.verify, round), ...round.findings);
    slowestMs = Math.max(slowestMs, atRestAt - (round.faultOverAt || round.startedAt));
    for (const { invariant, what } of found) {
      report(`${row.id} round ${number}: ${invariant} ${what}`);
    }
    violations.push(...found);
    if (found.length > 0) badRounds++;
  }
  if (badRounds === 0) {
    await pause(QUIET_MS);
    const late = judge(await collectEvidence(world, done, rules));
    for (const { invariant, what } of late) report(`${row.id} afterwards: ${invariant} ${what}`);
    violations.push(...late);
  }
  const accepted = done.flatMap(({ operations }) => operations)
    .filter(({ status, kind }) => status === 202 && kind === "submit");
  const assets = new Set(accepted.map(({ assetId }) => assetId)).size;
  return { row, rounds: done.length, assets, violations, slowestMs };
}

/** A fault that could not be made as it is meant counts as a violation: the row has shown nothing. */
async function carryOut(step: Row["verify"], round: Round): Promise<Violation[]> {
  try {
    if (step) await pTimeout(step(round), { milliseconds: INJECT_MS });
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
