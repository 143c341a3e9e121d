import type { Context } from "@hono/hono";
import type { ContentfulStatusCode } from "@hono/hono/utils/http-status";
import { AssetError, type ErrorCode } from "../assets/errors.ts";
import type { AnswerErrorCode } from "../contract/envelopes.ts";
import type { HttpEnv } from "./env.ts";

/** Every answer that is not a success: code -> status and the fixed text (contract, "HTTP"). */
export const ANSWERS = {
  VALIDATION_ERROR: [400, "The request is not valid"],
  UNAUTHORIZED: [401, "A valid access token is required"],
  FORBIDDEN: [403, "This is for administrators only"],
  NOT_FOUND: [404, "Not found"],
  METHOD_NOT_ALLOWED: [405, "This method is not allowed here"],
  REQUEST_TIMEOUT: [408, "The request's body came too slowly; send it again"],
  CONFLICT: [409, "Only what has failed can be analysed again, and only once for each failure"],
  UNSUPPORTED_MEDIA_TYPE: [415, "Send the request as multipart/form-data"],
  IDEMPOTENCY_MISMATCH: [
    422,
    "This Idempotency-Key was sent with another category or image; take a new key for a new photo",
  ],
  INTERNAL_ERROR: [500, "Something went wrong on our side"],
  SERVICE_UNAVAILABLE: [503, "A service we depend on does not answer; try again shortly"],
} as const satisfies Record<AnswerErrorCode, readonly [ContentfulStatusCode, string]>;

/** What one field did wrong, in words that name what to change. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** An answer that is not a success, thrown from anywhere in a request. */
export class HttpError extends Error {
  override readonly name = "HttpError";

  constructor(
    readonly code: AnswerErrorCode,
    readonly options: ErrorOptions & {
      /** In place of the code's fixed text. */
      readonly message?: string;
      readonly details?: readonly FieldFault[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(code, options);
  }
}

/** Long enough for a restart of what is away, short enough not to be noticed much. */
const RETRY_AFTER_MS = 5000;

/** 409 for a key whose first request has no answer yet. */
export const KEY_IN_USE = new HttpError("CONFLICT", {
  message: "A request with this Idempotency-Key is still being worked on; send it again shortly",
  headers: retryAfter(),
});

const FROM_CORE: Partial<Record<ErrorCode, HttpError>> = {
  not_found: new HttpError("NOT_FOUND"),
  conflict: new HttpError("CONFLICT"),
  idempotency_running: KEY_IN_USE,
  idempotency_mismatch: new HttpError("IDEMPOTENCY_MISMATCH"),
  service_unavailable: new HttpError("SERVICE_UNAVAILABLE"),
  image_in_doubt: new HttpError("SERVICE_UNAVAILABLE"),
  overloaded: new HttpError("SERVICE_UNAVAILABLE", {
    message: "Too many images are waiting to be analysed; try again later",
  }),
  image_rejected: new HttpError("VALIDATION_ERROR", {
    details: [{ field: "image", message: "The image could not be read: it may be damaged" }],
  }),
};

/** The one place that turns an error into an answer; what is unknown shows in the log only. */
export function renderError(error: unknown, c: Context<HttpEnv>): Response {
  const known = error instanceof AssetError ? FROM_CORE[error.code] : error;
  const answer = known instanceof HttpError ? known : new HttpError("INTERNAL_ERROR");
  const { code } = answer;
  const [status, fixedText] = ANSWERS[code];
  const { message = fixedText, details, headers } = answer.options;
  c.set("code", code);
  if (status >= 500) {
    const err = error instanceof HttpError ? error.cause : error;
    const level = code === "INTERNAL_ERROR" ? "error" : "warn";
    c.var.logger[level]({ code, details, err }, "Request failed");
  }
  const { requestId } = c.var.trace;
  return c.json(
    { success: false, error: { code, message, ...(details && { details }), requestId } },
    status,
    { ...(code === "SERVICE_UNAVAILABLE" && retryAfter(error)), ...headers },
  );
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
function retryAfter(error?: unknown): Record<string, string> {
  const known = error instanceof AssetError ? error.retryAfterMs : undefined;
  return { "Retry-After": String(Math.ceil((known ?? RETRY_AFTER_MS) / 1000)) };
}
