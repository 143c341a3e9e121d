import { createDocument } from "zod-openapi";
import denoJson from "../../deno.json" with { type: "json" };
import { failure } from "../../src/contract/envelopes.ts";
import { assetPaths } from "./asset_paths.ts";
import { failureResponse } from "./failure_responses.ts";
import { healthPaths } from "./health_paths.ts";
import { operationPaths } from "./operation_paths.ts";

const DESCRIPTION = `
Image in, AI result out, in real time. A photo is submitted and confirmed at once; its result comes
as the Socket.io event \`asset_processed\` (asset-processed-event.schema.json) and stays readable as
the asset.

Every answer is JSON and has an \`X-Request-Id\`, also those that are the same for all paths: 404
\`NotFound\` for a path that is not here, 405 \`MethodNotAllowed\` with \`Allow\` for another method.
GET answers HEAD too.
`.trim();

/** The HTTP API as an OpenAPI 3.1 document. */
export function openApiDocument() {
  return createDocument({
    openapi: "3.1.1",
    info: {
      title: "AI queue pipeline",
      version: denoJson.version,
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    security: [{ bearer: [] }],
    tags: [
      { name: "Assets", description: "A user's own photos and what was found on them" },
      { name: "Operation", description: "For administrators: the queue and what failed in it" },
      { name: "Health", description: "For probes and proxies; without a token" },
    ],
    paths: { ...assetPaths, ...operationPaths, ...healthPaths },
    components: {
      schemas: { Failure: failure },
      responses: { MethodNotAllowed: failureResponse("METHOD_NOT_ALLOWED") },
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "The claim sub is the user's id (24 hex digits), exp is required. " +
            'An administrator has role "admin", or "admin" among roles.',
        },
      },
    },
  }, { override: dropNoise });
}

/** What zod says of every whole number and every file, and no reader wants to know. */
function dropNoise({ jsonSchema }: { jsonSchema: { maximum?: number; contentEncoding?: string } }) {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.contentEncoding === "binary") delete jsonSchema.contentEncoding;
}
