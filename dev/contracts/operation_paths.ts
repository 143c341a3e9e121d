import { z } from "zod";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import {
  bulkReplayAnswer,
  deadLetterPageAnswer,
  queueStatusAnswer,
} from "../../src/contract/answers.ts";
import { deadLettersQuery, replayRequest } from "../../src/contract/requests.ts";
import { BULK_REPLAY, DEAD_LETTER, QUEUE_STATUS } from "./examples.ts";
import { failures, notJsonResponse } from "./failure_responses.ts";
import { requestIdParameter, traceparentParameter } from "./headers.ts";
import { emptyResponse, submittedResponse, successResponse } from "./success_responses.ts";

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
  "/api/assets/dead-letter/replay": {
    parameters: [requestIdParameter, traceparentParameter],
    post: {
      tags,
      operationId: "replayDeadLetters",
      summary: "Give many failed runs another one, the oldest failures first",
      description:
        "Those that match, up to the limit; without a body the oldest 100 of all. Each " +
        "is replayed by itself and at most once, also when several ask at once. 503 only when " +
        "nothing was replayed; what is not replayed stays on the list.",
      requestBody: {
        required: false,
        content: {
          "application/json": {
            schema: replayRequest,
            examples: {
              "what an outage left behind": {
                value: { reason: "ai_unavailable", olderThan: DEAD_LETTER.failedAt, limit: 1000 },
              },
              "how many that would be": { value: { reason: "ai_unavailable", dryRun: true } },
            },
          },
        },
      },
      responses: {
        202: successResponse("How many it was about, and how many new runs", bulkReplayAnswer, {
          "all of them": BULK_REPLAY,
          "a dry run": { ...BULK_REPLAY, replayed: 0 },
        }),
        ...failures("VALIDATION_ERROR", "REQUEST_TIMEOUT"),
        415: notJsonResponse,
        ...refusals,
      },
    },
  },
  "/api/assets/dead-letter/{jobId}": {
    parameters: [jobId, requestIdParameter],
    delete: {
      tags,
      operationId: "dismissDeadLetter",
      summary: "Take a dead letter off the list, for good",
      description: "Its asset stays failed; the owner may still retry it.",
      responses: {
        204: emptyResponse("It is off the list"),
        ...failures("NOT_FOUND"),
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
