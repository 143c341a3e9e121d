import type { Asset, Category, FailureCode } from "./asset.ts";

/** What is kept of a run that ended failed, for an operator (contract, "dead-letter"). */
export interface DeadLetter {
  readonly jobId: string;
  readonly assetId: string;
  readonly userId: string;
  readonly category: Category;
  readonly reason: FailureCode;
  /** The technical cause; the owner never sees it. */
  readonly message: string;
  /** Oldest first; times are ISO 8601. */
  readonly attempts: { at: string; code: string; message: string }[];
  readonly failedAt: string;
}

/** The dead letter of a failed asset; throws on one that is not failed. */
export function deadLetterOf(asset: Asset): DeadLetter {
  const { processingJobId, failure, deadLetter, settledAt } = asset;
  if (!processingJobId || !failure || !deadLetter || !settledAt) {
    throw new TypeError(`Asset ${asset.id} is ${asset.status}: it has no dead letter`);
  }
  return {
    jobId: processingJobId,
    assetId: asset.id,
    userId: asset.userId,
    category: asset.category,
    reason: failure.code,
    message: deadLetter.message,
    attempts: asset.attempts.map(({ at, code, message }) => ({
      at: at.toISOString(),
      code,
      message,
    })),
    failedAt: settledAt.toISOString(),
  };
}

/** Which dead letters are meant; what is left out does not matter. */
export interface DeadLetterFilter {
  readonly reason?: FailureCode | undefined;
  /** Failed strictly earlier. */
  readonly olderThan?: Date | undefined;
}

/** The part of the asset store that is about dead letters. Throws `service_unavailable`. */
export interface DeadLetterStore {
  /** The failed assets whose dead letters are listed and meant; who failed first comes first. */
  findDeadLetters(filter: DeadLetterFilter, limit: number): Promise<Asset[]>;
  countDeadLetters(filter: DeadLetterFilter): Promise<number>;
  /** listed -> dismissed, if this job's run is the asset's last and its dead letter is listed. */
  dismissDeadLetter(id: string, jobId: string): Promise<Asset | null>;
}
