import type { Actor, Logger } from "../assets/ports.ts";

/** What the middlewares put on a request's context. */
export interface HttpEnv {
  Variables: {
    requestId: string;
    /** The W3C trace context the client sent, if it is one. */
    traceparent: string | undefined;
    logger: Logger;
    /** The error code of the answer, if it is one. */
    code?: string;
  };
}

/** The context behind `authenticate`. */
export interface AuthenticatedEnv {
  Variables: HttpEnv["Variables"] & { actor: Actor };
}
