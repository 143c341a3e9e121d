import { createMiddleware } from "@hono/hono/factory";
import { CATEGORIES, type Category } from "../assets/asset.ts";
import { type FieldFault, HttpError } from "./errors.ts";
import { imageTypeOf } from "./image_type.ts";
import { imageSizeFault } from "./image_size.ts";
import type { BodyLimits } from "./limited.ts";
import { readMultipart } from "./multipart.ts";

const MAX_IMAGE_BYTES = 10 * 1024 * 1024;
/** Room for the boundaries, the part headers and the other fields around one image. */
const MAX_BODY_BYTES = MAX_IMAGE_BYTES + 64 * 1024;

/** How slowly a body may come. */
export type UploadPace = Pick<BodyLimits, "idleMs" | "totalMs">;

/**
 * A phone that changes networks is silent for some seconds; one that is silent for longer has gone.
 * 10 MiB within two minutes need 0.7 Mbit/s, which a poor mobile uplink still gives.
 */
export const UPLOAD_PACE: UploadPace = { idleMs: 10_000, totalMs: 120_000 };

const TOO_LARGE: FieldFault = { field: "image", message: "Maximum file size is 10MB" };

export interface Upload {
  readonly category: Category;
  readonly image: File;
  readonly contentType: string;
}

/** Refuses what is not multipart/form-data before anything is read. */
export const requireMultipart = createMiddleware(async function requireMultipart(c, next) {
  const mediaType = c.req.header("Content-Type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "multipart/form-data") throw new HttpError("UNSUPPORTED_MEDIA_TYPE");
  await next();
});

/**
 * The submission's two fields. Throws a VALIDATION_ERROR that tells all their faults (FR-006), or
 * REQUEST_TIMEOUT when the body came more slowly than `pace`.
 */
export async function readUpload(request: Request, pace = UPLOAD_PACE): Promise<Upload> {
  const form = await readForm(request, { maxBytes: MAX_BODY_BYTES, ...pace });
  const category = readCategory(form.getAll("category"));
  const image = await readImage(form.getAll("image"));
  if ("message" in category || "message" in image) {
    throw invalid([image, category].filter((field): field is FieldFault => "message" in field));
  }
  return { ...category, ...image };
}

async function readForm(request: Request, limits: BodyLimits): Promise<FormData> {
  try {
    return await readMultipart(request, limits, {
      tooLarge: () => invalid([TOO_LARGE]),
      tooSlow: () => new HttpError("REQUEST_TIMEOUT"),
    });
  } catch (cause) {
    if (cause instanceof HttpError) throw cause;
    const message = "The body could not be read as multipart/form-data";
    throw invalid([{ field: "body", message }], cause);
  }
}

function readCategory(values: FormDataEntryValue[]): FieldFault | Pick<Upload, "category"> {
  const [value] = values;
  const category = CATEGORIES.find((known) => known === value);
  if (values.length > 1) return { field: "category", message: "Send exactly one category" };
  if (category) return { category };
  return { field: "category", message: `Category must be one of: ${CATEGORIES.join(", ")}` };
}

async function readImage(
  values: FormDataEntryValue[],
): Promise<FieldFault | Pick<Upload, "image" | "contentType">> {
  const fault = (message: string): FieldFault => ({ field: "image", message });
  const [image] = values;
  if (image === undefined) return fault("An image file is required");
  if (values.length > 1) return fault("Send exactly one image");
  if (typeof image === "string") return fault("The image must be a file, not text");
  if (image.size === 0) return fault("The image file is empty");
  if (image.size > MAX_IMAGE_BYTES) return TOO_LARGE;
  const contentType = await imageTypeOf(image);
  if (!contentType) return fault("The file must be a JPEG, PNG, WebP, GIF, AVIF or HEIC image");
  const sizeFault = await imageSizeFault(image);
  return sizeFault ? fault(sizeFault) : { image, contentType };
}

function invalid(details: readonly FieldFault[], cause?: unknown): HttpError {
  return new HttpError("VALIDATION_ERROR", { details, cause });
}
