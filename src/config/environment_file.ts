import type { z } from "zod";
import { variableGroups } from "./variables.ts";

const WIDTH = 100;

/** All variables with their meanings and defaults, as a file to fill in: this is .env.example. */
export function environmentFile(): string {
  const groups = Object.entries(variableGroups(false));
  const required = groups.flatMap(([, variables]) =>
    Object.entries<z.ZodType>(variables).filter(([, schema]) => isRequired(schema))
      .map(([name]) => name)
  );
  const head = "Every variable that this server reads. These are required, and what stands there " +
    `is an example: ${
      required.join(", ")
    }. All else shows its default. An empty value means unset.`;
  return [
    ...comment(head),
    ...groups.flatMap(([title, variables]) => ["", `# --- ${title}`, ...linesOf(variables)]),
    "",
  ].join("\n");
}

function linesOf(variables: Record<string, z.ZodType>): string[] {
  return Object.entries(variables).flatMap(([name, schema]) => [
    ...(schema.description ? comment(schema.description) : []),
    `${name}=${isRequired(schema) ? exampleOf(schema) : defaultOf(schema)}`,
  ]);
}

function isRequired(schema: z.ZodType): boolean {
  return !schema.safeParse(undefined).success;
}

function exampleOf(schema: z.ZodType): unknown {
  const { examples } = schema.meta() ?? {};
  return Array.isArray(examples) ? examples[0] : "";
}

function defaultOf(schema: z.ZodType): unknown {
  return schema.safeParse(undefined).data ?? "";
}

/** The text as lines of comment, broken between words. */
function comment(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = `${lines.at(-1)} ${word}`;
    if (line.length < WIDTH) lines.splice(-1, 1, line);
    else lines.push(` ${word}`);
  }
  return lines.map((line) => `#${line}`);
}
