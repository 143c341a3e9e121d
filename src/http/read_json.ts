import type { z } from "zod";
import { HttpError } from "./errors.ts";
import { type BodyLimits, limited } from "./limited.ts";
import { checked } from "./checked.ts";

export const NOT_JSON = "Send the request as application/json";

/** Our requests have a handful of short fields. */
const LIMITS: BodyLimits = { maxBytes: 16 * 1024, idleMs: 10_000, totalMs: 30_000 };

/**
 * The JSON body as the schema wants it; without a body, as if it were `{}`. Throws
 * UNSUPPORTED_MEDIA_TYPE, REQUEST_TIMEOUT, or a VALIDATION_ERROR that tells all faults.
 */
export async function readJson<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<z.output<Schema>> {
  return checked(schema, hasBody(request) ? await parseBody(request) : {});
}

function hasBody({ headers }: Request): boolean {
  return headers.has("Transfer-Encoding") || Number(headers.get("Content-Length")) > 0;
}

async function parseBody({ headers, body }: Request): Promise<unknown> {
  const mediaType = headers.get("Content-Type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") {
    throw new HttpError("UNSUPPORTED_MEDIA_TYPE", { message: NOT_JSON });
  }
  // Judged before the body is read: the server reads on only what nobody has begun to read.
  if (Number(headers.get("Content-Length")) > LIMITS.maxBytes) throw tooLarge();
  const text = await readText(body);
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid("The body could not be read as JSON", cause);
  }
}

async function readText(body: Request["body"]): Promise<string> {
  if (!body) return "";
  const tooSlow = () => new HttpError("REQUEST_TIMEOUT");
  try {
    return await new Response(limited(body, LIMITS, { tooLarge, tooSlow })).text();
  } catch (cause) {
    if (cause instanceof HttpError) throw cause;
    throw invalid("The body could not be read as JSON", cause);
  }
}

function tooLarge(): HttpError {
  return invalid("Maximum body size is 16KB");
}

function invalid(message: string, cause?: unknown): HttpError {
  return new HttpError("VALIDATION_ERROR", { details: [{ field: "body", message }], cause });
}
