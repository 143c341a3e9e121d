import { format } from "node:util";
import pino from "pino";
import pretty from "pino-pretty";
import { withoutPasswords } from "./assets/explain.ts";
import type { Logger } from "./assets/ports.ts";
import type { Config } from "./config/config.ts";

/**
 * Writes one line an event to standard output: JSON with at least `time, level, msg`, or coloured
 * text for a person. Nothing else writes there.
 */
export function createLogger(config: Config["log"]): Logger {
  return pino(
    {
      level: config.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => describe(error) },
    },
    config.format === "pretty"
      ? pretty({ sync: true, colorize: Deno.stdout.isTerminal(), singleLine: true })
      : pino.destination({ fd: 1, sync: true }),
  );
}

/** Sends what libraries print themselves through the logger, so that every line keeps its form. */
export function redirectConsole(logger: Logger): void {
  for (const method of ["debug", "log", "info", "warn", "error"] as const) {
    // deno-lint-ignore no-console -- not to write to it, but to take it over
    console[method] = (...args: unknown[]) => logger.warn({ console: method }, format(...args));
  }
}

/** An error without the fields that drivers hang on it: they are long and may hold a secret. */
function describe(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error) || depth > 5) return error;
  const { name, message, stack, cause } = error;
  return {
    type: name,
    code: "code" in error ? error.code : undefined,
    message: withoutPasswords(message),
    stack: stack && withoutPasswords(stack),
    ...(cause !== undefined && { cause: describe(cause, depth + 1) }),
  };
}
