import type { Logger } from "../../src/assets/ports.ts";

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error" | "fatal";
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A logger that keeps its lines, those of its children with the children's fields. */
export function recordLogs(): { logger: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const loggerWith = (inherited: Record<string, unknown>): Logger => {
    const at = (level: LogLine["level"]) => (fields: Record<string, unknown>, message: string) =>
      void lines.push({ level, message, fields: { ...inherited, ...fields } });
    return {
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      fatal: at("fatal"),
      child: (fields) => loggerWith({ ...inherited, ...fields }),
    };
  };
  return { logger: loggerWith({}), lines };
}
