import type { z } from "zod";
import { type FieldFault, HttpError } from "./errors.ts";

/** The value as the schema wants it, or a VALIDATION_ERROR that tells all its faults. */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new HttpError("VALIDATION_ERROR", { details: parsed.error.issues.flatMap(faultsOf) });
}

function faultsOf(issue: z.core.$ZodIssue): FieldFault[] {
  const { message, path } = issue;
  if (issue.code === "unrecognized_keys") return issue.keys.map((field) => ({ field, message }));
  return [{ field: path.join(".") || "body", message }];
}
