import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { collectEvidence } from "./collect_evidence.ts";
import { judge } from "./judge/judge.ts";
import type { Violation } from "./judge/violation.ts";
import type { Round } from "./round.ts";
import type { Row } from "./row.ts";
import { rulesOf } from "./rules.ts";
import { runRound } from "./run_round.ts";
import { openWorld, type World } from "./world/world.ts";

export interface RowResult {
  readonly row: Row;
  readonly rounds: number;
  /** Submissions that were answered 202, or whose client was left in doubt. */
  readonly assets: number;
  readonly violations: readonly Violation[];
  /** The longest time from a fault's end until all had come to rest, of a fault that has an end. */
  readonly slowestMs: number | undefined;
}

/** In which an event that is sent once too often is heard: a sweep of the API and some of a worker. */
const QUIET_MS = 3_000;
/** What has failed so often is known to be broken. */
const MAX_BAD_ROUNDS = 2;
const LINES_SHOWN = 8;

export interface RowOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly report?: (line: string) => void;
}

/** Runs the rounds of a row in a world of its own; the logs of one with violations are kept. */
export async function runRow(
  row: Row,
  { logsFolder, ...options }: RowOptions & { logsFolder: string },
): Promise<RowResult> {
  await using world = await openWorld(row.world);
  const result = await runRounds(world, row, options);
  if (result.violations.length > 0) await world.keepLogs(join(logsFolder, row.id));
  return result;
}

/** Runs the rounds of a row, and judges each when it has come to rest, and all of them after a while. */
export async function runRounds(
  world: World,
  row: Row,
  { rounds, seed, report = () => {} }: RowOptions,
): Promise<RowResult> {
  using users = new DisposableStack();
  const done: Round[] = [];
  const violations: Violation[] = [];
  const recoveries: number[] = [];
  let badRounds = 0;
  const found = (when: string, some: readonly Violation[]) => {
    violations.push(...some);
    const lines = some.map(({ invariant, what }) => `${row.id} ${when}: ${invariant} ${what}`);
    for (const line of lines.slice(0, LINES_SHOWN)) report(line);
    if (lines.length > LINES_SHOWN) report(`  and ${lines.length - LINES_SHOWN} more`);
  };
  while (done.length < rounds && badRounds < MAX_BAD_ROUNDS) {
    const number = done.length + 1;
    const result = users.use(await runRound(world, row, { number, seed }));
    done.push(result.round);
    if (result.recoveryMs !== undefined) recoveries.push(result.recoveryMs);
    found(`round ${number}`, result.violations);
    if (result.violations.length > 0) badRounds++;
  }
  if (badRounds === 0) {
    await pause(QUIET_MS);
    found("afterwards", judge(await collectEvidence(world, done, rulesOf(row))));
  }
  const slowestMs = recoveries.length > 0 ? Math.max(...recoveries) : undefined;
  return { row, rounds: done.length, assets: countAssets(done), violations, slowestMs };
}

/** An answer that did not come may have been a 202, so what became of its asset counts as well. */
function countAssets(rounds: readonly Round[]): number {
  const submissions = rounds.flatMap(({ operations }) => operations)
    .filter(({ kind }) => kind === "submit");
  const accepted = submissions.filter(({ status }) => status === 202);
  const inDoubt = submissions.filter(({ outcome, idempotencyKey }) =>
    outcome === "unknown" && !idempotencyKey
  );
  return new Set(accepted.map(({ assetId }) => assetId)).size + inDoubt.length;
}
