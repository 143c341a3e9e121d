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

/** Why a run ended failed, in words for the owner; the cause is for the log. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
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
  /** The image's public id in the store: the asset's id plus 128 random bits, so nobody guesses it. */
  readonly imageName: string;
  readonly originalUrl?: string;
  readonly analysis?: Analysis;
  readonly failure?: Failure;
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
