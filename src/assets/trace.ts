import type { Logger, RequestTrace } from "./ports.ts";

/** The logger with the fields by which a request is followed from process to process. */
export function traced(logger: Logger, { requestId, traceparent }: RequestTrace): Logger {
  return logger.child({ requestId, ...(traceparent && { traceparent }) });
}
