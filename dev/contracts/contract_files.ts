import { z } from "zod";
import { jobDataSchema } from "../../src/contract/ai_job.ts";
import { environmentFile } from "../../src/config/environment_file.ts";
import { assetProcessedEvent } from "../../src/contract/asset_processed_event.ts";
import { openApiDocument } from "./openapi_document.ts";

/** The text of each file that is made from the schemas by its path from the project's root. */
export function contractFiles(): Record<string, string> {
  return {
    ".env.example": environmentFile(),
    "contracts/analyze-queue.openapi.json": toText(openApiDocument()),
    "contracts/ai-job.schema.json": toText(
      jsonSchema(jobDataSchema({ allowLoopback: true }), {
        title: "AI processing job",
        description:
          "The data of a job in the queue ai-processing. Its id is asset-<assetId>-<run>.",
      }),
    ),
    "contracts/asset-processed-event.schema.json": toText(
      jsonSchema(assetProcessedEvent, {
        title: "Socket.io event asset_processed",
        description: "Goes to every connection of the asset's owner when an analysis has ended.",
      }),
    ),
  };
}

/** JSON Schema 2020-12, with what it is about on top. */
function jsonSchema(schema: z.ZodType, about: { title: string; description: string }) {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: "draft-2020-12" });
  return { $schema, ...about, ...rest };
}

/** As `deno fmt` leaves it. */
function toText(json: unknown): string {
  return `${JSON.stringify(json, null, 2)}\n`;
}
