import { Hono } from "@hono/hono";
import { createMiddleware } from "@hono/hono/factory";
import type { HttpEnv } from "./env.ts";
import { HttpError } from "./errors.ts";

export interface HealthDeps {
  /** Each dependency's ping, by the name shown when it does not answer. */
  readonly dependencies: Readonly<Record<string, () => Promise<void>>>;
  readonly isDraining: () => boolean;
}

/** /livez asks no dependency; /readyz asks all of them, so that a proxy can steer around us. */
export function healthRoutes({ dependencies, isDraining }: HealthDeps) {
  const routes = new Hono<HttpEnv>();
  for (const path of ["/livez", "/healthz"]) {
    routes.get(path, routine, (c) => c.json({ success: true, data: { status: "ok" } }));
  }
  routes.get("/readyz", routine, async (c) => {
    const down = await unanswered(dependencies);
    if (isDraining()) down.push({ field: "server", message: "is shutting down" });
    if (down.length === 0) return c.json({ success: true, data: { status: "ready" } });
    throw new HttpError("SERVICE_UNAVAILABLE", { details: down });
  });
  return routes;
}

const routine = createMiddleware<HttpEnv>(async function routine(c, next) {
  c.set("isRoutine", true);
  await next();
});

async function unanswered(dependencies: HealthDeps["dependencies"]) {
  const pings = Object.entries(dependencies).map(async ([field, ping]) => {
    try {
      await ping();
      return [];
    } catch {
      return [{ field, message: "does not answer" }];
    }
  });
  return (await Promise.all(pings)).flat();
}
