import { z } from "zod";
import type { ZodOpenApiResponseObject } from "zod-openapi";
import { type AnswerErrorCode, ERROR_CODES } from "../../src/contract/envelopes.ts";
import { ANSWERS, KEY_IN_USE } from "../../src/http/errors.ts";
import { NOT_JSON } from "../../src/http/read_json.ts";
import { REQUEST_ID } from "./examples.ts";
import { allowHeader, challengeHeader, requestIdHeader, retryAfterHeader } from "./headers.ts";

interface Kind {
  /** The component's name, when it is not the code's. */
  readonly id?: string;
  readonly description: string;
  /** In place of the code's fixed text. */
  readonly message?: string | undefined;
  readonly details?: readonly { field: string; message: string }[];
  readonly headers?: Readonly<Record<string, z.ZodType>>;
}

const KINDS: Readonly<Record<AnswerErrorCode, Kind>> = {
  VALIDATION_ERROR: {
    description: "Faults of the request, named per field",
    details: [
      { field: "category", message: "Category must be one of: sneaker, lego, camera, other" },
    ],
  },
  UNAUTHORIZED: {
    description: "There is no valid token",
    headers: { "WWW-Authenticate": challengeHeader },
  },
  FORBIDDEN: {
    description: "The user is no administrator",
  },
  NOT_FOUND: {
    description: "It does not exist, or is another user's",
  },
  METHOD_NOT_ALLOWED: {
    description: "The path is known, the method is not",
    headers: { Allow: allowHeader },
  },
  REQUEST_TIMEOUT: {
    description: "The body came too slowly",
  },
  CONFLICT: {
    description: "What was asked for has not failed, or is being analysed again already",
  },
  UNSUPPORTED_MEDIA_TYPE: {
    description: "The request's content type is not the one that is asked for",
  },
  IDEMPOTENCY_MISMATCH: {
    description: "The Idempotency-Key was used with another category or image",
  },
  INTERNAL_ERROR: {
    description: "A fault of the server; its log tells more by the request id",
  },
  SERVICE_UNAVAILABLE: {
    description:
      "Redis, MongoDB or the image store does not answer, or too much is waiting; try again",
    headers: { "Retry-After": retryAfterHeader },
  },
};

// One object each: the generator tells by identity that it is the same component.
const RESPONSES = Object.fromEntries(
  ERROR_CODES.map((code) => [code, toResponse(code, KINDS[code])]),
) as Record<AnswerErrorCode, ZodOpenApiResponseObject>;

/** The shared response of that code. */
export function failureResponse(code: AnswerErrorCode): ZodOpenApiResponseObject {
  return RESPONSES[code];
}

/** The shared responses of these codes, by status. */
export function failures(...codes: AnswerErrorCode[]): Record<string, ZodOpenApiResponseObject> {
  return Object.fromEntries(codes.map((code) => [ANSWERS[code][0], failureResponse(code)]));
}

/** The 409 of a key whose first request has no answer yet. */
export const keyInUseResponse: ZodOpenApiResponseObject = toResponse(KEY_IN_USE.code, {
  id: "KeyInUse",
  description: "An earlier request with this Idempotency-Key is still being worked on",
  message: KEY_IN_USE.options.message,
  headers: { "Retry-After": retryAfterHeader },
});

/** The 415 of a request whose body is JSON. */
export const notJsonResponse: ZodOpenApiResponseObject = toResponse("UNSUPPORTED_MEDIA_TYPE", {
  id: "NotJson",
  description: "The request is not application/json",
  message: NOT_JSON,
});

function toResponse(code: AnswerErrorCode, kind: Kind): ZodOpenApiResponseObject {
  const [, text] = ANSWERS[code];
  const { id = componentName(code), description, message = text, details, headers } = kind;
  const error = { code, message, ...(details && { details }), requestId: REQUEST_ID };
  return {
    id,
    description,
    headers: z.object({ "X-Request-Id": requestIdHeader, ...headers }),
    content: {
      "application/json": {
        schema: {
          allOf: [
            { $ref: "#/components/schemas/Failure" },
            {
              type: "object",
              properties: { error: { type: "object", properties: { code: { const: code } } } },
            },
          ],
        },
        example: { success: false, error },
      },
    },
  };
}

/** NOT_FOUND -> NotFound */
function componentName(code: AnswerErrorCode): string {
  return code.toLowerCase().replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
