import type { Actor, Logger, RequestTrace } from "../assets/ports.ts";

/** What the middlewares put on a request's context. */
export interface HttpEnv {
  Variables: {
    /** The request's id, of the client's choice or made here, and the trace it is part of. */
    trace: RequestTrace;
    logger: Logger;
    /** The error code of the answer, if it is one. */
    code?: string;
    /** Whether it is one of the requests that come all day long and say nothing while all is well. */
    isRoutine?: boolean;
  };
}

/** The context behind `authenticate`. */
export interface AuthenticatedEnv {
  Variables: HttpEnv["Variables"] & { actor: Actor };
}
