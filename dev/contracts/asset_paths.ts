import { z } from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import { assetAnswer, assetPageAnswer } from "../../src/contract/answers.ts";
import { category } from "../../src/contract/fields.ts";
import { assetsQuery } from "../../src/contract/requests.ts";
import { ACTIVE_ASSET, FAILED_ASSET } from "./examples.ts";
import { failures, keyInUseResponse } from "./failure_responses.ts";
import { idempotencyKeyParameter, requestIdParameter, traceparentParameter } from "./headers.ts";
import {
  emptyResponse,
  submittedOnceResponse,
  submittedResponse,
  successResponse,
} from "./success_responses.ts";

const tags = ["Assets"];

const assetId = z.string().meta({
  param: { id: "assetId", in: "path", name: "id" },
  description: "24 hex digits; whatever else is sent is not found",
  examples: [ACTIVE_ASSET.assetId],
});

const upload = z.object({
  image: z.file().meta({
    description:
      "JPEG, PNG, WebP, GIF, AVIF or HEIC of up to 10 MiB (10,485,760 bytes), 40 megapixels " +
      "and 12,000 pixels a side; its bytes " +
      "decide, not its name and type",
  }),
  category,
});

/** What users do with their own assets. */
export const assetPaths: ZodOpenApiPathsObject = {
  "/api/assets/analyze-queue": {
    parameters: [requestIdParameter, traceparentParameter, idempotencyKeyParameter],
    post: {
      tags,
      operationId: "submitAsset",
      summary: "Submit a photo for analysis",
      description: "Answers at once. All faults of the form are told together.",
      requestBody: {
        required: true,
        content: { "multipart/form-data": { schema: upload } },
      },
      responses: {
        202: submittedOnceResponse,
        ...failures("VALIDATION_ERROR", "UNAUTHORIZED", "REQUEST_TIMEOUT"),
        409: keyInUseResponse,
        ...failures("UNSUPPORTED_MEDIA_TYPE", "IDEMPOTENCY_MISMATCH"),
        ...failures("INTERNAL_ERROR", "SERVICE_UNAVAILABLE"),
      },
    },
  },
  "/api/assets": {
    parameters: [requestIdParameter],
    get: {
      tags,
      operationId: "listAssets",
      summary: "List your assets, newest first",
      requestParams: { query: assetsQuery },
      responses: {
        200: successResponse("A page of the list", assetPageAnswer, {
          "the last page": { items: [ACTIVE_ASSET], nextCursor: null },
        }),
        ...failures("VALIDATION_ERROR", "UNAUTHORIZED", "INTERNAL_ERROR", "SERVICE_UNAVAILABLE"),
      },
    },
  },
  "/api/assets/{id}": {
    parameters: [assetId, requestIdParameter],
    get: {
      tags,
      operationId: "getAsset",
      summary: "Read an asset",
      description: "For its owner and for administrators.",
      responses: {
        200: successResponse("The asset", assetAnswer, {
          active: ACTIVE_ASSET,
          failed: FAILED_ASSET,
        }),
        ...failures("UNAUTHORIZED", "NOT_FOUND", "INTERNAL_ERROR", "SERVICE_UNAVAILABLE"),
      },
    },
    delete: {
      tags,
      operationId: "deleteAsset",
      summary: "Delete an asset, whatever its state",
      description: "From then on it is not found, and no event comes of it. Its images follow.",
      responses: {
        204: emptyResponse("The asset is gone"),
        ...failures("UNAUTHORIZED", "NOT_FOUND", "INTERNAL_ERROR", "SERVICE_UNAVAILABLE"),
      },
    },
  },
  "/api/assets/{id}/retry": {
    parameters: [assetId, requestIdParameter, traceparentParameter],
    post: {
      tags,
      operationId: "retryAsset",
      summary: "Have a failed asset analysed again",
      responses: {
        202: submittedResponse,
        ...failures("UNAUTHORIZED", "NOT_FOUND", "CONFLICT"),
        ...failures("INTERNAL_ERROR", "SERVICE_UNAVAILABLE"),
      },
    },
  },
};
