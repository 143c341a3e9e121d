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
    },
    format === "pretty"
      ? pretty({ sync: true, colorize: Deno.stdout.isTerminal(), singleLine: true })
      : pino.destination({ fd: 1, sync: true }),
  );
}
