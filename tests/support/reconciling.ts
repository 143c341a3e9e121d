/** For workers that look after what is unfinished soon, and often; an API has more time to upload. */
export const SOON = {
  IMAGE_STORE_TIMEOUT_MS: "1000",
  RECONCILE_AFTER_MS: "1001",
  RECONCILE_INTERVAL_MS: "100",
};
