import { z } from "zod";
import { startSampleAi } from "./server.ts";

/** Runs the sample AI service as a process of its own, on `PORT` (default: a free one), until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const stop = Promise.withResolvers<void>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, stop.resolve);
  }
  const port = z.coerce.number().int().min(0).max(65535).parse(Deno.env.get("PORT") ?? 0);
  const service = await startSampleAi({ port });
  await Deno.stdout.write(new TextEncoder().encode(`sample AI service on ${service.url}\n`));
  await stop.promise;
  await service[Symbol.asyncDispose]();
  Deno.exit(0);
}

if (import.meta.main) await main();
