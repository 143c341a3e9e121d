import type { Logger } from "../../src/assets/ports.ts";

/** For servers that run inside a test: what they log would only drown the test's own report. */
export const quietLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  fatal() {},
  child: () => quietLogger,
};
