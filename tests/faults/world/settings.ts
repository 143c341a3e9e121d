/** Short, so that a round takes seconds; the contract's defaults stand in the comments. */
export const QUICK = {
  LOCK_DURATION_MS: "1500", // 30 000
  STALLED_INTERVAL_MS: "500", // 30 000
  RECONCILE_INTERVAL_MS: "500", // 15 000
  RECONCILE_AFTER_MS: "2500", // 60 000
  IMAGE_STORE_TIMEOUT_MS: "2000", // 15 000
  // Longer than any row holds its calls: a call that times out counts for the circuit breaker.
  AI_TIMEOUT_MS: "20000", // 90 000
  JOB_BACKOFF_MS: "200", // 2 000
  SHUTDOWN_GRACE_MS: "3000", // 25 000
  STARTUP_TIMEOUT_MS: "30000", // 60 000
} as const;

/** For the rows in which the AI service is to be given up on. */
export const IMPATIENT = { AI_TIMEOUT_MS: "2000" } as const;

export const ATTEMPTS = 3;
