import { createMiddleware } from "@hono/hono/factory";
import type { AuthenticatedEnv } from "./env.ts";
import { HttpError } from "./errors.ts";

/** Lets admins through; stands behind `authenticate`. */
export const requireAdmin = createMiddleware<AuthenticatedEnv>(
  async function requireAdmin(c, next) {
    if (!c.var.actor.isAdmin) throw new HttpError("FORBIDDEN");
    await next();
  },
);
