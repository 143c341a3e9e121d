import type { ZodOpenApiPathItemObject, ZodOpenApiPathsObject } from "zod-openapi";
import { liveAnswer, readyAnswer } from "../../src/contract/answers.ts";
import { failures } from "./failure_responses.ts";
import { requestIdParameter } from "./headers.ts";
import { successResponse } from "./success_responses.ts";

const tags = ["Health"];

const live = (operationId: string): ZodOpenApiPathItemObject => ({
  parameters: [requestIdParameter],
  get: {
    tags,
    operationId,
    summary: "Whether the process lives",
    description: "Asks no dependency.",
    security: [],
    responses: { 200: successResponse("It lives", liveAnswer) },
  },
});

/** What probes and proxies ask. */
export const healthPaths: ZodOpenApiPathsObject = {
  "/livez": live("getLiveness"),
  "/healthz": live("getHealth"),
  "/readyz": {
    parameters: [requestIdParameter],
    get: {
      tags,
      operationId: "getReadiness",
      summary: "Whether requests should be sent here",
      description: "503 names what is down in details, or says that the server is shutting down.",
      security: [],
      responses: {
        200: successResponse("Redis and MongoDB answer", readyAnswer),
        ...failures("SERVICE_UNAVAILABLE"),
      },
    },
  },
};
