import { z } from "zod";
import type { JobData } from "../assets/ports.ts";
import { category, imageUrl, objectId, timestamp } from "./fields.ts";
import type { SameShape } from "./same_shape.ts";

/** A job's data to the letter (spec/data-model.md, contract "Queue"): five fields, no more. */
export function jobDataSchema(options: { allowLoopback: boolean }) {
  return z.strictObject({
    assetId: objectId,
    userId: objectId,
    imageUrl: imageUrl(options),
    category,
    createdAt: timestamp,
  });
}

true satisfies SameShape<z.output<ReturnType<typeof jobDataSchema>>, JobData>;
