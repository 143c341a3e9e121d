import { createMiddleware } from "@hono/hono/factory";
import type { Admit } from "../assets/back_pressure.ts";

/** Lets a request through that would add a job, before anything of its body is read. */
export function backPressure(admit: Admit = () => Promise.resolve()) {
  return createMiddleware(async function backPressure(_, next) {
    await admit();
    await next();
  });
}
