import type { Analysis, Asset, Category, FailedAttempt, Failure, Status } from "./asset.ts";
import type { DeadLetter, DeadLetterStore } from "./dead_letter.ts";

/** Keeps pictures and makes them readable by URL. */
export interface ImageStore {
  /**
   * Stores the picture under `name` and returns the URL the AI service can read it from.
   * Storing the same name again overwrites. Throws `image_rejected` when the store cannot read the
   * picture, `image_in_doubt` when it may be stored all the same, else `service_unavailable`.
   */
  put(
    image: ReadableStream<Uint8Array<ArrayBuffer>>,
    options: { name: string; contentType: string; signal?: AbortSignal },
  ): Promise<{ url: string }>;
  /** Removes the picture; one that is not there is no error. Throws `service_unavailable`. */
  remove(name: string, signal?: AbortSignal): Promise<void>;
}

/** The request that a run began with: what follows can be found by it in every log. */
export interface RequestTrace {
  readonly requestId: string;
  /** https://www.w3.org/TR/trace-context/ */
  readonly traceparent?: string;
}

export interface NewDraft extends RequestTrace {
  readonly userId: string;
  readonly category: Category;
}

/** A place in a list that is ordered by time, newest first. */
export interface Position {
  readonly at: Date;
  readonly id: string;
}

export interface PageRequest {
  readonly limit: number;
  /** The last place of the page before. */
  readonly after?: Position | undefined;
}

export interface AssetFilter {
  readonly userId: string;
  readonly status?: Status | undefined;
  readonly category?: Category | undefined;
}

/**
 * The assets and their guarded updates: each returns null when the guard did not match. An asset
 * that its owner deleted is seen by nothing but `tombstones` and `deleteTombstone`. Everything
 * throws `service_unavailable` when the database does not answer.
 */
export interface AssetStore extends DeadLetterStore {
  /** Chooses the id and the image's name. */
  insertDraft(draft: NewDraft): Promise<Asset>;
  /** draft -> processing, in run 1: from here on the asset is its owner's. */
  accept(id: string, originalUrl: string): Promise<Asset | null>;
  /**
   * Makes a submission that failed half-way a draft again, which cannot be accepted any more, unless a
   * worker has begun it or it was confirmed.
   */
  withdraw(id: string): Promise<Asset | null>;
  /** From now on the asset cannot be withdrawn, buried or not. Returns false when it is a draft or gone. */
  confirm(id: string): Promise<boolean>;
  deleteDraft(id: string): Promise<void>;
  /** From now on the draft cannot be accepted; what belongs to it is still to be purged. */
  buryDraft(id: string): Promise<Asset | null>;

  // A `stamp` stands for one change: repeated because its answer was lost, it is made once all the
  // same, and answered as if nothing had happened.

  /**
   * Counts one AI call of the run that `jobId` names, if it is still the one in processing and has
   * made fewer than `maxCalls`.
   */
  claimCall(id: string, jobId: string, stamp: string, maxCalls: number): Promise<Asset | null>;
  /** Takes the count of that call back, which was refused or cut short by us. */
  releaseCall(
    id: string,
    jobId: string,
    stamp: string,
    options?: {
      /** Nobody was there to call: as its only call, it did not begin the run either. */
      readonly isUnheard?: boolean;
    },
  ): Promise<Asset | null>;
  /** Keeps an attempt that failed, by its time. */
  recordAttempt(id: string, jobId: string, attempt: FailedAttempt): Promise<Asset | null>;
  /** processing -> active, with what was found. */
  activate(id: string, jobId: string, analysis: Analysis, stamp: string): Promise<Asset | null>;
  /** processing -> failed, with why: for its owner, and the last attempt for the dead letter. */
  fail(
    id: string,
    jobId: string,
    failure: Failure,
    last: FailedAttempt,
    stamp: string,
  ): Promise<Asset | null>;

  /** failed -> processing, in the next run, while its dead letter is in the state that it had. */
  rerun(failed: Asset, request: RequestTrace, stamp: string): Promise<Asset | null>;
  /** Back to what `failed` was but for its run's number, unless a worker has begun that new run. */
  undoRerun(failed: Asset, stamp: string): Promise<Asset | null>;

  /** Drafts are invisible. */
  find(id: string): Promise<Asset | null>;
  /** Newest first. */
  list(filter: AssetFilter, page: PageRequest): Promise<Asset[]>;
  /** The failed assets whose dead letters are listed; who failed last comes first. */
  listDeadLetters(page: PageRequest): Promise<Asset[]>;

  /** From now on the asset does not exist for anybody; what belongs to it is still to be purged. */
  bury(id: string, userId: string): Promise<Asset | null>;
  /** Buried assets in the order of their ids, from behind `after`. */
  tombstones(limit: number, after?: string): Promise<Asset[]>;
  deleteTombstone(id: string): Promise<void>;

  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
}

/** What the worker is told; exactly these five fields lie in Redis (contract, "Queue"). */
export interface JobData {
  readonly assetId: string;
  readonly userId: string;
  readonly imageUrl: string;
  readonly category: Category;
  /** ISO 8601 */
  readonly createdAt: string;
}

export interface QueuedJob {
  readonly id: string;
  readonly data: JobData;
}

/** How many jobs are in each state. */
export interface JobCounts {
  readonly waiting: number;
  readonly active: number;
  readonly completed: number;
  readonly failed: number;
  readonly delayed: number;
}

/** Everything throws `service_unavailable` when the queue does not answer. */
export interface JobQueue {
  /** Adds the job once: the same id again changes nothing. */
  add(jobId: string, data: JobData): Promise<void>;
  /** Removes the job, whatever its state; returns false when a worker has it right now. */
  remove(jobId: string): Promise<boolean>;
  counts(): Promise<JobCounts>;
  ping(): Promise<void>;
}

/** The queue that nobody works on: the runs that failed. Throws `service_unavailable`. */
export interface DeadLetterQueue {
  /** Adds the letter once. */
  add(letter: DeadLetter): Promise<void>;
  /** One that is not there is no error. */
  remove(jobId: string): Promise<void>;
  count(): Promise<number>;
}

export interface AiService {
  /** One call. Throws `ai_*` errors, `ai_rate_limited` with `retryAfterMs`; `signal` ends it early. */
  analyze(
    picture: { imageUrl: string; category: Category; idempotencyKey: string },
    signal: AbortSignal,
  ): Promise<Analysis>;
}

export interface EventPublisher {
  /** Lets every API process know that there is an event for this user's connections. */
  settled(userId: string): Promise<void>;
}

/** Who is asking, as the token says. */
export interface Actor {
  readonly userId: string;
  readonly isAdmin: boolean;
}

/** Rejects for every token that is not ours, valid and unexpired. */
export type VerifyToken = (token: string) => Promise<Actor>;

type LogFields = Record<string, unknown>;

export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  fatal(fields: LogFields, message: string): void;
  child(fields: LogFields): Logger;
}
