import type { Context } from "@hono/hono";
import type { z } from "zod";
import { checked } from "./checked.ts";

/** The query parameters as the schema wants them, or a VALIDATION_ERROR that tells all their faults. */
export function readQuery<Schema extends z.ZodType>(c: Context, schema: Schema): z.output<Schema> {
  const query = Object.entries(c.req.queries()).map(([name, values]) =>
    [name, values.length > 1 ? values : values[0]] as const
  );
  return checked(schema, Object.fromEntries(query));
}
