import { createMiddleware } from "@hono/hono/factory";
import type { Logger } from "../assets/ports.ts";
import { traced } from "../assets/trace.ts";
import { requestId as requestIdSchema } from "../contract/envelopes.ts";
import type { HttpEnv } from "./env.ts";

/** https://www.w3.org/TR/trace-context/#traceparent-header-field-values */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Gives each request its id, its trace and a logger that names them; logs the answer. */
export function requestContext(logger: Logger) {
  return createMiddleware<HttpEnv>(async function requestContext(c, next) {
    const startedAt = performance.now();
    const told = requestIdSchema.safeParse(c.req.header("X-Request-Id"));
    const requestId = told.data ?? crypto.randomUUID();
    const traceparent = c.req.header("traceparent");
    const isTraced = traceparent && TRACEPARENT.test(traceparent);
    const trace = { requestId, ...(isTraced && { traceparent }) };
    c.set("trace", trace);
    c.set("logger", traced(logger, trace));
    c.header("X-Request-Id", requestId);
    await next();
    const durationMs = Math.round(performance.now() - startedAt);
    const { method, path } = c.req;
    const answer = { status: c.res.status, code: c.var.code, durationMs };
    const level = c.var.isRoutine && c.res.ok ? "debug" : "info";
    c.var.logger[level]({ method, path, ...answer }, "Request answered");
  });
}
