import { z } from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import { deadLetterPageAnswer, queueStatusAnswer } from "../../src/contract/answers.ts";
import { deadLettersQuery } from "../../src/contract/requests.ts";
import { DEAD_LETTER, QUEUE_STATUS } from "./examples.ts";
import { failures } from "./failure_responses.ts";
import { requestIdParameter, traceparentParameter } from "./headers.ts";
import { submittedResponse, successResponse } from "./success_responses.ts";

const tags = ["Operation"];
const refusals = failures("UNAUTHORIZED", "FORBIDDEN", "INTERNAL_ERROR", "SERVICE_UNAVAILABLE");

const jobId = z.string().meta({
  param: { id: "jobId", in: "path", name: "jobId" },
  description: "Of a dead letter; whatever else is sent is not found",
  examples: [DEAD_LETTER.jobId],
});

/** What administrators do with the queue. */
export const operationPaths: ZodOpenApiPathsObject = {
  "/api/assets/queue-status": {
    parameters: [requestIdParameter],
    get: {
      tags,
      operationId: "getQueueStatus",
      summary: "Count the jobs in each state",
      responses: {
        200: successResponse("The counts", queueStatusAnswer, { "a busy queue": QUEUE_STATUS }),
        ...refusals,
      },
    },
  },
  "/api/assets/dead-letter": {
    parameters: [requestIdParameter],
    get: {
      tags,
      operationId: "listDeadLetters",
      summary: "List the runs that ended failed, newest first",
      requestParams: { query: deadLettersQuery },
      responses: {
        200: successResponse("A page of the list", deadLetterPageAnswer, {
          "the last page": { items: [DEAD_LETTER], nextCursor: null },
        }),
        ...failures("VALIDATION_ERROR"),
        ...refusals,
      },
    },
  },
  "/api/assets/dead-letter/{jobId}/replay": {
    parameters: [jobId, requestIdParameter, traceparentParameter],
    post: {
      tags,
      operationId: "replayDeadLetter",
      summary: "Give a failed run another one; its dead letter goes",
      responses: { 202: submittedResponse, ...failures("NOT_FOUND", "CONFLICT"), ...refusals },
    },
  },
};
