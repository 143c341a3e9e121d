import type { Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** I2: settle times of one user strictly increase, so that `auth.since` can name a place between them. */
export function judgeSettleOrder({ documents }: Evidence): Violation[] {
  const settled = documents.filter(({ settledAt }) => settledAt);
  const times = Map.groupBy(
    settled,
    ({ userId, settledAt }) => `${userId} at ${settledAt?.toISOString()}`,
  );
  return [...times].filter(([, assets]) => assets.length > 1).map(([time, assets]) => ({
    invariant: "I2",
    what: `${assets.map(({ id }) => id).join(" and ")} settled for ${time}`,
  }));
}
