import { z } from "zod";

/** The codes of all answers that are not a success. */
export const ERROR_CODES = [
  "VALIDATION_ERROR",
  "UNAUTHORIZED",
  "FORBIDDEN",
  "NOT_FOUND",
  "METHOD_NOT_ALLOWED",
  "REQUEST_TIMEOUT",
  "CONFLICT",
  "UNSUPPORTED_MEDIA_TYPE",
  "IDEMPOTENCY_MISMATCH",
  "INTERNAL_ERROR",
  "SERVICE_UNAVAILABLE",
] as const;
export type AnswerErrorCode = typeof ERROR_CODES[number];

/** Of a client's choice when it fits this, else made; every answer has one. */
export const requestId = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/);

/** The envelope of a success. */
export function success<Data extends z.ZodType>(data: Data) {
  return z.strictObject({ success: z.literal(true), data });
}

const fieldFault = z.strictObject({
  field: z.string(),
  message: z.string().meta({ description: "What is wrong with the field, and what to change" }),
}).meta({ id: "FieldFault" });

/** The envelope of everything else. */
export const failure = z.strictObject({
  success: z.literal(false),
  error: z.strictObject({
    code: z.enum(ERROR_CODES),
    message: z.string().meta({ description: "For people; programs go by the code" }),
    details: z.array(fieldFault).min(1).optional(),
    requestId,
  }),
}).meta({ id: "Failure" });
