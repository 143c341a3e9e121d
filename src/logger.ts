import pino from "pino";
import pretty from "pino-pretty";
import type { Logger } from "./assets/ports.ts";
import type { Config } from "./config.ts";

/**
 * Writes one line an event to standard output: JSON with at least `time, level, msg`, or coloured
 * text for a person. Nothing else writes there.
 */
export function createLogger({ level, format }: Config["log"]): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describe },
    },
    format === "pretty"
      ? pretty({ sync: true, colorize: Deno.stdout.isTerminal(), singleLine: true })
      : pino.destination({ fd: 1, sync: true }),
  );
}

/** An error without the fields that drivers hang on it: they are long and may hold a secret. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const code = "code" in error ? error.code : undefined;
  return {
    type: name,
    code,
    message,
    stack,
    ...(cause !== undefined && { cause: describe(cause) }),
  };
}
