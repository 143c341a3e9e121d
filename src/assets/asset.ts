/** What a collectible may be (spec/data-model.md, "Validation Rules"). */
export const CATEGORIES = ["sneaker", "lego", "camera", "other"] as const;
export type Category = typeof CATEGORIES[number];

/** `partial` and `archived` are reserved: nothing sets them yet. */
export const STATUSES = ["draft", "processing", "partial", "active", "archived", "failed"] as const;
export type Status = typeof STATUSES[number];

const TRANSITIONS: Readonly<Record<Status, readonly Status[]>> = {
  draft: ["processing", "draft"],
  processing: ["active", "failed", "draft"],
  failed: ["processing"],
  active: [],
  partial: [],
  archived: [],
};

/** The statuses an asset may be in when it becomes `next`: every guarded update filters by them. */
export function statusesBefore(next: Status): Status[] {
  return STATUSES.filter((status) => TRANSITIONS[status].includes(next));
}

export interface Detected {
  readonly value: string;
  /** 0..1 */
  readonly confidence: number;
}

/** What the AI service found on one picture. */
export interface Analysis {
  readonly brand: Detected;
  readonly model: Detected;
  readonly colorway: Detected;
  readonly processedImageUrl: string;
}

/** Why a run can end failed (contract, "AI service"). */
export const FAILURE_CODES = [
  "ai_rejected",
  "ai_unauthorized",
  "ai_unavailable",
  "ai_timeout",
  "ai_bad_response",
  "ai_rate_limited",
  "deadline_exceeded",
  "job_stalled",
] as const;
export type FailureCode = typeof FAILURE_CODES[number];

/** Why a run ended failed, in words for the owner. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  /** Whether it is of a kind that passes by itself. */
  readonly retryable: boolean;
}

/** One attempt that failed, in words for the operator. */
export interface FailedAttempt {
  readonly at: Date;
  readonly code: string;
  readonly message: string;
}

/** What a failed run leaves for the operator to look at; `message` is the technical cause. */
export interface DeadLetterNote {
  readonly state: "listed" | "dismissed";
  readonly message: string;
}

export interface Asset {
  /** 24 hex digits. */
  readonly id: string;
  readonly userId: string;
  readonly category: Category;
  readonly status: Status;
  /** Counts the tries to get this asset analysed, from 1; 0 while it is a draft. */
  readonly run: number;
  /** Calls to the AI service in this run so far. */
  readonly aiCalls: number;
  /** When this run called the AI service for the first time. */
  readonly firstCallAt?: Date;
  /** The attempts of this run that failed, oldest first. */
  readonly attempts: readonly FailedAttempt[];
  /** The image's public id in the store: the asset's id plus 128 random bits, so nobody guesses it. */
  readonly imageName: string;
  readonly originalUrl?: string;
  readonly analysis?: Analysis;
  readonly failure?: Failure;
  readonly deadLetter?: DeadLetterNote;
  /** When this run ended: the one timestamp of its event. */
  readonly settledAt?: Date;
  readonly processingJobId?: string;
  readonly requestId: string;
  readonly traceparent?: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** One id per run, so that a replay never meets the finished job of an earlier run. */
export function jobIdOf(assetId: string, run: number): string {
  return `asset-${assetId}-${run}`;
}

/** The asset and the run that a job's id names; undefined when it is no such id. */
export function parseJobId(jobId: string): { assetId: string; run: number } | undefined {
  const [, assetId, run] = /^asset-([0-9a-f]{24})-([1-9]\d{0,8})$/.exec(jobId) ?? [];
  return assetId && run ? { assetId, run: Number(run) } : undefined;
}
