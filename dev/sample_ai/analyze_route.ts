import type { Handler } from "@hono/hono";
import { z } from "zod";
import { analyzeImage } from "./analyze_image.ts";
import { applyFault } from "./apply_fault.ts";
import type { Call, CallLog } from "./call_log.ts";
import type { Faults } from "./faults.ts";
import { fetchPicture } from "./fetch_picture.ts";
import { jsonError, tellIssues } from "./json_error.ts";
import { PictureError } from "./picture_error.ts";
import type { ProcessedImages } from "./processed_images.ts";

const requestSchema = z.strictObject({
  imageUrl: z.url({ protocol: /^https?$/ }),
  category: z.string().min(1),
});

const UNKNOWN = { value: "unknown", confidence: 0.1 };

/** `POST /analyze`: puts the call on record, spoils it when a fault is due, else analyses the picture. */
export function createAnalyzeRoute(deps: {
  calls: CallLog;
  faults: Faults;
  images: ProcessedImages;
  publicUrl: string | undefined;
  /** Aborts when the service closes. */
  closing: AbortSignal;
}): Handler {
  const { calls, faults, images, publicUrl, closing } = deps;

  return async (c) => {
    const body: unknown = await c.req.json().catch(() => null);
    const call = calls.add(body, c.req.raw.headers);
    const response = await answer(call, publicUrl ?? new URL(c.req.url).origin);
    call.outcome ??= response.ok ? "ok" : "error";
    call.status = response.status;
    return response;
  };

  async function answer(call: Call, origin: string): Promise<Response> {
    const request = requestSchema.safeParse(call.body);
    if (!request.success) return jsonError(400, tellIssues(request.error));
    const { imageUrl, category } = request.data;
    const fault = faults.take(imageUrl, category);
    if (fault) {
      call.outcome = fault.spec.kind;
      const spoiled = await applyFault(fault, closing);
      if (spoiled) return spoiled;
    }
    try {
      const { colorway, processed } = analyzeImage(await fetchPicture(imageUrl, closing));
      const processedImageUrl = origin + images.add(processed);
      return Response.json({ brand: UNKNOWN, model: UNKNOWN, colorway, processedImageUrl });
    } catch (error) {
      if (error instanceof PictureError) return jsonError(error.status, error.message);
      return jsonError(500, `The analysis failed: ${error}`);
    }
  }
}
