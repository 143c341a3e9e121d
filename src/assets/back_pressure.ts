import { AssetError } from "./errors.ts";

/** What lies before the workers, and how fast they take it away. */
export interface Backlog {
  /** Jobs that a free worker would take at once: neither active nor delayed until their next try. */
  readonly waiting: number;
  /** When the first of them that no worker has begun yet was submitted. */
  readonly firstSubmittedAt?: Date;
  /** Jobs that ended in the last minute, well or not. */
  readonly endedInMinute: number;
}

/** Throws `service_unavailable`. */
export type MeasureBacklog = () => Promise<Backlog>;

/** From when on too much is waiting; 0 turns a limit off. */
export interface BackPressureLimits {
  readonly maxWaiting: number;
  readonly maxAgeMs: number;
}

/** Throws `overloaded`, with when to try again, while too much is waiting. */
export type Admit = () => Promise<void>;

const FRESH_MS = 1000;
/** While no job ends, nothing can be computed: a measured minute later one may have. */
const STANDSTILL_SECONDS = 60;
const MAX_SECONDS = 300;

/**
 * Back-pressure: decides whether one more job may come. The backlog is measured anew after a second,
 * or once so many were admitted as it left room for; never twice at once, and not without a limit.
 */
export function createBackPressure(
  limits: BackPressureLimits,
  measure: MeasureBacklog,
  clock = () => performance.now(),
): Admit {
  const { maxWaiting, maxAgeMs } = limits;
  if (maxWaiting === 0 && maxAgeMs === 0) return () => Promise.resolve();
  let admitted = 0;
  const measured = recently(async () => {
    const backlog = await measure();
    admitted = 0;
    return backlog;
  }, clock);
  return async () => {
    const backlog = await measured.read();
    const seconds = secondsUntilBelow(limits, backlog, Date.now());
    if (seconds !== undefined) {
      throw new AssetError("overloaded", tell(backlog), { retryAfterMs: seconds * 1000 });
    }
    admitted++;
    if (maxWaiting > 0 && backlog.waiting + admitted >= maxWaiting) measured.expire();
  };
}

function tell({ waiting, firstSubmittedAt, endedInMinute }: Backlog): string {
  const since = firstSubmittedAt?.toISOString() ?? "an earlier try";
  return `${waiting} jobs wait, the first since ${since}; ${endedInMinute} ended in the last minute`;
}

/**
 * In how many seconds the backlog will be below the limits if jobs go on ending as they did in the
 * last minute and none comes: 1 to 300. Undefined when it is below them now.
 */
export function secondsUntilBelow(
  { maxWaiting, maxAgeMs }: BackPressureLimits,
  { waiting, firstSubmittedAt, endedInMinute }: Backlog,
  now: number,
): number | undefined {
  const ageMs = firstSubmittedAt ? now - firstSubmittedAt.getTime() : 0;
  const isTooMuch = maxWaiting > 0 && waiting >= maxWaiting;
  const isTooOld = maxAgeMs > 0 && ageMs > maxAgeMs;
  if (!isTooMuch && !isTooOld) return undefined;
  if (endedInMinute === 0) return STANDSTILL_SECONDS;
  const perSecond = endedInMinute / 60;
  const seconds = Math.max(
    isTooMuch ? (waiting - maxWaiting + 1) / perSecond : 0,
    isTooOld ? secondsUntilYounger(ageMs, maxAgeMs, waiting / perSecond) : 0,
  );
  return Math.min(Math.max(Math.ceil(seconds), 1), MAX_SECONDS);
}

/**
 * The jobs are taken to have come evenly since the first of them: while all of it drains in
 * `drainSeconds`, the place of the first passes to younger and younger ones, which age themselves.
 */
function secondsUntilYounger(ageMs: number, maxAgeMs: number, drainSeconds: number): number {
  const youngerPerSecond = ageMs / drainSeconds - 1000;
  if (youngerPerSecond <= 0) return drainSeconds;
  return Math.min((ageMs - maxAgeMs) / youngerPerSecond, drainSeconds);
}

/** What was measured last, for a second; who asks while it is being measured waits for that. */
function recently<T>(measure: () => Promise<T>, clock: () => number) {
  let last: Promise<T> | undefined;
  /** Infinity while it is being measured. */
  let staleAt = Infinity;
  return {
    read(): Promise<T> {
      if (last && clock() < staleAt) return last;
      staleAt = Infinity;
      const current = last = measure();
      current.then(() => staleAt = clock() + FRESH_MS, () => staleAt = -Infinity);
      return current;
    },

    /** The next one to ask has it measured anew. */
    expire() {
      if (staleAt !== Infinity) staleAt = -Infinity;
    },
  };
}
