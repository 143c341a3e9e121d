import type { Actor, Logger, RequestTrace } from "../assets/ports.ts";

/** What the middlewares put on a request's context. */
export interface HttpEnv {
  Variables: {
    /** The request's id, of the client's choice or made here, and the trace it is part of. */
    trace: RequestTrace;
    logger: Logger;
    /** The error code of the answer, if it is one. */
    code?: string;
  };
}

/** The context behind `authenticate`. */
export interface AuthenticatedEnv {
  Variables: HttpEnv["Variables"] & { actor: Actor };
}
