import { z } from "zod";
import type { ZodOpenApiResponseObject } from "zod-openapi";
import { submittedAnswer } from "../../src/contract/answers.ts";
import { success } from "../../src/contract/envelopes.ts";
import { SUBMITTED } from "./examples.ts";
import { locationHeader, replayedHeader, requestIdHeader } from "./headers.ts";

/** A success with these data; each example by its name, which is also its summary. */
export function successResponse<Data extends z.ZodType>(
  description: string,
  data: Data,
  examples: Readonly<Record<string, z.input<Data>>> = {},
): ZodOpenApiResponseObject {
  const shown = Object.entries(examples).map(([summary, data]) => [
    summary,
    { summary, value: { success: true, data } },
  ]);
  return {
    description,
    headers: z.object({ "X-Request-Id": requestIdHeader }),
    content: {
      "application/json": {
        schema: success(data),
        ...(shown.length > 0 && { examples: Object.fromEntries(shown) }),
      },
    },
  };
}

const submitted = successResponse(
  "The analysis is queued; its end comes as asset_processed",
  submittedAnswer,
  { submitted: SUBMITTED },
);
const submittedHeaders = { "X-Request-Id": requestIdHeader, Location: locationHeader };

/** 202: an analysis was queued. */
export const submittedResponse: ZodOpenApiResponseObject = {
  id: "Submitted",
  ...submitted,
  headers: z.object(submittedHeaders),
};

/** The same, which may have been given before. */
export const submittedOnceResponse: ZodOpenApiResponseObject = {
  ...submitted,
  headers: z.object({ ...submittedHeaders, "Idempotent-Replayed": replayedHeader }),
};

/** 204: it is done, and there is nothing to say. */
export const emptyResponse = (description: string): ZodOpenApiResponseObject => ({
  description,
  headers: z.object({ "X-Request-Id": requestIdHeader }),
});
