import { z } from "zod";
import type { ZodOpenApiResponseObject } from "zod-openapi";
import { type AnswerErrorCode, ERROR_CODES } from "../../src/contract/envelopes.ts";
import { REQUEST_ID } from "./examples.ts";
import { allowHeader, challengeHeader, requestIdHeader, retryAfterHeader } from "./headers.ts";

interface Kind {
  readonly status: number;
  readonly description: string;
  readonly message: string;
  readonly details?: readonly { field: string; message: string }[];
  readonly headers?: Readonly<Record<string, z.ZodType>>;
}

const KINDS: Readonly<Record<AnswerErrorCode, Kind>> = {
  VALIDATION_ERROR: {
    status: 400,
    description: "Faults of the request, named per field",
    message: "The request is not valid",
    details: [
      { field: "category", message: "Category must be one of: sneaker, lego, camera, other" },
    ],
  },
  UNAUTHORIZED: {
    status: 401,
    description: "There is no valid token",
    message: "A valid access token is required",
    headers: { "WWW-Authenticate": challengeHeader },
  },
  FORBIDDEN: {
    status: 403,
    description: "The user is no administrator",
    message: "This is for administrators only",
  },
  NOT_FOUND: {
    status: 404,
    description: "It does not exist, or is another user's",
    message: "Not found",
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    description: "The path is known, the method is not",
    message: "This method is not allowed here",
    headers: { Allow: allowHeader },
  },
  REQUEST_TIMEOUT: {
    status: 408,
    description: "The body came too slowly",
    message: "The request's body came too slowly; send it again",
  },
  CONFLICT: {
    status: 409,
    description: "What was asked for has not failed, or is being analysed again already",
    message: "Only what has failed can be analysed again, and only once for each failure",
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    description: "The request is not multipart/form-data",
    message: "Send the request as multipart/form-data",
  },
  INTERNAL_ERROR: {
    status: 500,
    description: "A fault of the server; its log tells more by the request id",
    message: "Something went wrong on our side",
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    description: "Redis, MongoDB or the image store does not answer; nothing was changed",
    message: "A service we depend on does not answer; try again shortly",
    headers: { "Retry-After": retryAfterHeader },
  },
};

// One object each: the generator tells by identity that it is the same component.
const RESPONSES = Object.fromEntries(
  ERROR_CODES.map((code) => [code, toResponse(code)]),
) as Record<AnswerErrorCode, ZodOpenApiResponseObject>;

/** The shared response of that code. */
export function failureResponse(code: AnswerErrorCode): ZodOpenApiResponseObject {
  return RESPONSES[code];
}

/** The shared responses of these codes, by status. */
export function failures(...codes: AnswerErrorCode[]): Record<string, ZodOpenApiResponseObject> {
  return Object.fromEntries(codes.map((code) => [KINDS[code].status, failureResponse(code)]));
}

function toResponse(code: AnswerErrorCode): ZodOpenApiResponseObject {
  const { description, message, details, headers } = KINDS[code];
  const error = { code, message, ...(details && { details }), requestId: REQUEST_ID };
  return {
    id: componentName(code),
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
