import { prettyFactory } from "pino-pretty";
import { print } from "../run_task.ts";
import type { RoleName } from "./start_role.ts";
import { isColourful, type Style, style } from "../style.ts";

const COLOURS: Readonly<Record<RoleName, Style>> = { api: "cyan", worker: "magenta", all: "cyan" };
const LEVELS = ["debug", "info", "warn", "error", "fatal"];

interface LogLine {
  readonly level: string;
  readonly err?: LoggedError;
}

type LoggedError = string | { readonly message: string; readonly cause?: LoggedError };

/**
 * Prints lines of the roles' JSON logs for a person, from that level on; other lines as they are. What
 * is left out (ids, the stacks of mere warnings) stands in the log files.
 */
export function createLogPrinter(level: string): (role: RoleName, line: string) => void {
  const pretty = prettyFactory({
    colorize: isColourful,
    singleLine: true,
    translateTime: "SYS:HH:MM:ss",
    ignore: "requestId,traceparent,userId,jobId",
  });
  return (role, line) => {
    const log = parse(line);
    if (log && LEVELS.indexOf(log.level) < LEVELS.indexOf(level)) return;
    const text = log ? pretty(withoutStack(log)) : line;
    print(`${style(COLOURS[role], role.padEnd(6))} ${text?.trimEnd()}`);
  };
}

function parse(line: string): LogLine | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function withoutStack(log: LogLine): object {
  const { err, ...rest } = log;
  return err && log.level === "warn" ? { ...rest, because: messagesOf(err) } : log;
}

function messagesOf(error: LoggedError): string {
  if (typeof error === "string") return error;
  const { message, cause } = error;
  return cause ? `${message}: ${messagesOf(cause)}` : message;
}
