import { asAssetError } from "./errors.ts";
import type { Logger } from "./ports.ts";
import type { PurgeDeps } from "./purge_asset.ts";
import { createTombstoneSweep } from "./purge_tombstones.ts";
import {
  deadLetterCountsMatch,
  type DeadLetterDeps,
  reconcileDeadLetters,
} from "./reconcile_dead_letters.ts";
import { buryDrafts } from "./reconcile_drafts.ts";
import type { Lease } from "./reconcile_ports.ts";
import { beginRound, type Round } from "./reconcile_round.ts";
import { createUnfinishedCheck, refillQueue, type UnfinishedDeps } from "./reconcile_unfinished.ts";

export interface ReconcileDeps extends UnfinishedDeps, DeadLetterDeps, PurgeDeps {
  readonly lease: Lease;
}

export interface ReconcileOptions {
  /** The age in milliseconds from which on what is unfinished may be something forgotten. */
  readonly afterMs: number;
  /** Aborts when the process has to end. */
  readonly closing: AbortSignal;
  readonly logger: Logger;
}

/**
 * Repairs whatever a crash left between two steps: each call of what it returns is one round, and
 * never rejects. The lease spares work and is no guard: all that a round does is idempotent, so two
 * of them at once, when a holder is slow, do no harm.
 */
export function createReconciler(
  deps: ReconcileDeps,
  { afterMs, closing, logger }: ReconcileOptions,
): () => Promise<void> {
  const checkUnfinished = createUnfinishedCheck(deps, afterMs);
  const sweepTombstones = createTombstoneSweep(deps, afterMs, logger);
  let areLettersCompared = false;
  let isReported = false;

  async function compareQueues(round: Round): Promise<void> {
    const { inspector } = deps;
    const isIntact = await inspector.isIntact();
    if (isIntact) {
      await checkUnfinished(round);
    } else {
      logger.warn({}, "Redis is new or has lost the queue: all unfinished assets are queued again");
      await inspector.startRefill();
      if (!await refillQueue(deps, round, afterMs)) return;
    }
    if (!isIntact || !areLettersCompared || !await deadLetterCountsMatch(deps)) {
      areLettersCompared = await reconcileDeadLetters(deps, round);
    }
    if (isIntact || !areLettersCompared) return;
    await inspector.finishRefill();
    logger.info({}, "All unfinished assets have their jobs again");
  }

  /** One part that fails holds up no other. */
  async function repairAll(round: Round): Promise<void> {
    const bury = (round: Round) => buryDrafts(deps, round, afterMs);
    const failures: unknown[] = [];
    for (const part of [compareQueues, bury, sweepTombstones]) {
      await part(round).catch((err) => failures.push(err));
    }
    if (failures.length > 0) throw failures[0];
  }

  return async () => {
    try {
      const now = await deps.lease.take();
      if (now) await repairAll(beginRound(now, { lease: deps.lease, closing, logger }));
      isReported = false;
    } catch (err) {
      if (closing.aborted) return;
      const isOutage = asAssetError(err).code === "service_unavailable";
      const level = !isOutage ? "error" : isReported ? "debug" : "warn";
      logger[level]({ err }, "Reconciler: round not finished");
      isReported = isOutage;
    }
  };
}
