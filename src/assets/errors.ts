/** Every way this core can fail, and whether trying the same again may help. */
const RETRYABLE = {
  ai_rejected: false,
  ai_unauthorized: false,
  ai_unavailable: true,
  ai_timeout: true,
  ai_bad_response: true,
  ai_rate_limited: true,
  ai_outage: true,
  circuit_open: true,
  deadline_exceeded: false,
  job_stalled: true,
  interrupted: true,
  lock_lost: true,
  internal_error: true,
  image_rejected: false,
  image_in_doubt: true,
  not_found: false,
  conflict: false,
  idempotency_mismatch: false,
  idempotency_running: true,
  service_unavailable: true,
  overloaded: true,
} as const;

export type ErrorCode = keyof typeof RETRYABLE;

/** A failure with a stable code; the message is for logs, never for a client. */
export class AssetError extends Error {
  override readonly name = "AssetError";
  readonly retryable: boolean;
  /** When to try again, in milliseconds from now, as the service asked that refused. */
  readonly retryAfterMs: number | undefined;
  /** What the failure shows of the AI service, if anything. */
  readonly service: "answers" | "away" | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: ErrorOptions & Partial<Pick<AssetError, "retryAfterMs" | "service">> = {},
  ) {
    super(message, options);
    this.retryable = RETRYABLE[code];
    this.retryAfterMs = options.retryAfterMs;
    this.service = options.service;
  }
}

/** Anything caught, as a coded error: what has no code of its own is `internal_error`. */
export function asAssetError(error: unknown): AssetError {
  if (error instanceof AssetError) return error;
  return new AssetError("internal_error", "An unexpected error occurred", { cause: error });
}
