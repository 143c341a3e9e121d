import type { Analysis, Asset, Category, Failure } from "./asset.ts";
import type { AssetProcessed } from "./asset_processed.ts";

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

export interface NewDraft {
  readonly userId: string;
  readonly category: Category;
  readonly requestId: string;
  readonly traceparent?: string;
}

/** The assets and their guarded updates: each returns null when the guard did not match. */
export interface AssetStore {
  /** Chooses the id and the image's name. */
  insertDraft(draft: NewDraft): Promise<Asset>;
  /** draft -> processing: from here on the asset is its owner's. */
  accept(id: string, accepted: { originalUrl: string; run: number }): Promise<Asset | null>;
  /** Makes a submission that failed half-way a draft again, unless a worker has begun it. */
  withdraw(id: string): Promise<Asset | null>;
  deleteDraft(id: string): Promise<void>;
  /** Counts one AI call of the run that `jobId` names, if it is still the one in processing. */
  claimCall(id: string, jobId: string): Promise<Asset | null>;
  /** processing -> active, with what was found. */
  activate(id: string, jobId: string, analysis: Analysis): Promise<Asset | null>;
  /** processing -> failed, with why. */
  fail(id: string, jobId: string, failure: Failure): Promise<Asset | null>;
  /** Drafts are invisible. */
  find(id: string): Promise<Asset | null>;
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

export interface JobQueue {
  /** Adds the job once: the same id again changes nothing. Throws `service_unavailable`. */
  add(jobId: string, data: JobData): Promise<void>;
  /** Rejects when the queue does not answer. */
  ping(): Promise<void>;
}

export interface AiService {
  /** One call. Throws `ai_*` errors; `signal` ends it early. */
  analyze(
    picture: { imageUrl: string; category: Category; idempotencyKey: string },
    signal: AbortSignal,
  ): Promise<Analysis>;
}

export interface EventPublisher {
  /**
   * Sends the event to every connection of that user, on whichever API process it is. Returns how
   * many API processes got it.
   */
  publish(userId: string, event: AssetProcessed): Promise<number>;
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
