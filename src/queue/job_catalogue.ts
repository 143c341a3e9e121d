/** The queue's name, for the API and the workers alike (FR-002). */
export const AI_PROCESSING = "ai-processing";

/** Where the runs go that failed (FR-004). */
export const DEAD_LETTERS = "ai-processing-dead-letter";

const DAY_SECONDS = 86_400;

/** How often and how a job is tried, and how long its trace is kept (FR-003). */
export function jobOptions({ attempts, backoffMs }: { attempts: number; backoffMs: number }) {
  return {
    attempts,
    backoff: { type: "exponential", delay: backoffMs },
    removeOnComplete: { age: DAY_SECONDS },
    removeOnFail: { age: 7 * DAY_SECONDS },
  };
}
