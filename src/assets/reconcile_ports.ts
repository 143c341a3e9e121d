import type { Asset } from "./asset.ts";
import type { Position } from "./ports.ts";

/**
 * What the reconciler looks for among the assets, and how it changes them: guarded updates, as in
 * `AssetStore`. Everything throws `service_unavailable`.
 */
export interface UnfinishedAssets {
  /** Assets in processing, in the order of their submission, that were last changed before then. */
  unfinished(page: {
    readonly limit: number;
    /** The last place of the page before. */
    readonly after?: Position | undefined;
    readonly changedBefore?: Date | undefined;
  }): Promise<Asset[]>;
  /** processing -> processing, in the next run. */
  renew(asset: Asset): Promise<Asset | null>;
  drafts(createdBefore: Date, limit: number): Promise<Asset[]>;
  /** Those of these jobs whose dead letters are listed. */
  listedAmong(jobIds: readonly string[]): Promise<string[]>;
}

/** What the queue knows of a job; `live` is everything from waiting to active. */
export type JobState =
  | { readonly state: "absent" | "live" | "completed" }
  | { readonly state: "failed"; readonly reason: string };

/** The queues as they are, for comparison. Everything throws `service_unavailable`. */
export interface QueueInspector {
  /** In the order of the ids. */
  states(jobIds: readonly string[]): Promise<JobState[]>;
  /** Those of these jobs that have no dead letter in its queue. */
  lettersMissing(jobIds: readonly string[]): Promise<string[]>;
  /** The jobs with a dead letter in its queue, oldest first, from the one at place `start`. */
  letters(start: number, limit: number): Promise<string[]>;

  /** False when the queues' data were lost since they were last filled. */
  isIntact(): Promise<boolean>;
  startRefill(): Promise<void>;
  /** From now on they are intact, unless they lost their data again since `startRefill`. */
  finishRefill(): Promise<void>;
}

/** Lets one process at a time do what all could do. Throws `service_unavailable`. */
export interface Lease {
  /**
   * Takes it, or keeps it for longer. Returns the time by the clock that all share, or null while
   * it is another one's.
   */
  take(): Promise<Date | null>;
  /** For the next one. */
  release(): Promise<void>;
}
