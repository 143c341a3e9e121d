import type { AssetProcessed } from "./asset_processed.ts";

/**
 * What settled, as events, user by user in the order of their settle times, which strictly increase
 * for one user. Everything throws `service_unavailable` when the database does not answer.
 */
export interface EventFeed {
  /** Where the user's events end by now: all that comes is later. */
  end(userId: string): Promise<Date>;
  /**
   * From where to go on for somebody who knows everything up to `since`: that time, or a later one
   * behind which the newest `limit` events of the user lie.
   */
  startOf(userId: string, since: Date, limit: number): Promise<Date>;
  /** The first `limit` events strictly later than `after`, oldest first; none of deleted assets. */
  later(userId: string, after: Date, limit: number): Promise<AssetProcessed[]>;
  /** Whose events may not all have been seen at `horizon`, and the horizon by now. */
  changes(horizon?: Date): Promise<{ userIds: readonly string[]; horizon: Date }>;
}
