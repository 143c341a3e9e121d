import { createMiddleware } from "@hono/hono/factory";
import type { VerifyToken } from "../assets/ports.ts";
import type { AuthenticatedEnv } from "./env.ts";
import { HttpError } from "./errors.ts";

/** https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** Lets a request with a valid Bearer token through, before anything of its body is read. */
export function authenticate(verifyToken: VerifyToken) {
  return createMiddleware<AuthenticatedEnv>(async function authenticate(c, next) {
    const token = BEARER.exec(c.req.header("Authorization") ?? "")?.[1];
    if (!token) throw unauthorized("Bearer");
    const actor = await verifyToken(token).catch((cause) => {
      c.var.logger.debug({ err: cause }, "Token refused");
      throw unauthorized('Bearer error="invalid_token"');
    });
    c.set("actor", actor);
    c.set("logger", c.var.logger.child({ userId: actor.userId }));
    await next();
  });
}

function unauthorized(challenge: string): HttpError {
  return new HttpError("UNAUTHORIZED", { headers: { "WWW-Authenticate": challenge } });
}
