import { z } from "zod";
import { startSampleAi } from "./server.ts";

const environmentSchema = z.object({
  PORT: z.coerce.number().int().min(0).max(65535).default(0),
  HOST: z.string().default("127.0.0.1"),
  PUBLIC_URL: z.url().optional(),
});

/**
 * Runs the sample AI service as a process of its own until SIGTERM or SIGINT, on `HOST` and `PORT`
 * (default: a free one of this machine).
 */
async function main(): Promise<void> {
  const stop = Promise.withResolvers<void>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, stop.resolve);
  }
  const set = ["HOST", "PORT", "PUBLIC_URL"].map((name) => [name, Deno.env.get(name) || undefined]);
  const { HOST, PORT, PUBLIC_URL } = environmentSchema.parse(Object.fromEntries(set));
  const service = await startSampleAi({ hostname: HOST, port: PORT, publicUrl: PUBLIC_URL });
  await Deno.stdout.write(new TextEncoder().encode(`sample AI service on ${service.url}\n`));
  await stop.promise;
  await service[Symbol.asyncDispose]();
  Deno.exit(0);
}

if (import.meta.main) await main();
