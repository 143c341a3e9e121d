import { Hono } from "@hono/hono";
import { loadDecoder } from "./analyze_image.ts";
import { createAnalyzeRoute } from "./analyze_route.ts";
import { createCallLog } from "./call_log.ts";
import { createFaults, faultSchema } from "./faults.ts";
import { jsonError, tellIssues } from "./json_error.ts";
import { createProcessedImages } from "./processed_images.ts";

export interface SampleAi extends AsyncDisposable {
  /** http://127.0.0.1:PORT, no trailing slash. */
  readonly url: string;
}

/**
 * Starts the stand-in for the product's AI service (contract: `POST /analyze`), with faults on demand
 * (`/faults`) and a record of its calls (`/calls`). Port 0 takes a free one. Disposing drops what still runs.
 */
export async function startSampleAi(
  options: {
    port?: number | undefined;
    hostname?: string | undefined;
    /** What its pictures' addresses begin with; unless given, the address by which it was called. */
    publicUrl?: string | undefined;
  },
): Promise<SampleAi> {
  const { port = 0, hostname = "127.0.0.1", publicUrl } = options;
  await loadDecoder();
  const closing = new AbortController();
  const server = Deno.serve({
    port,
    hostname,
    signal: closing.signal,
    onListen: () => {},
    // Deno's own would print the error that the fault "cut" raises on purpose.
    onError: () => jsonError(500, "The sample AI service failed"),
  }, createApp(closing.signal, publicUrl).fetch);
  return {
    url: `http://${hostname}:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await server.finished;
    },
  };
}

function createApp(closing: AbortSignal, publicUrl: string | undefined): Hono {
  const calls = createCallLog();
  const faults = createFaults();
  const images = createProcessedImages();
  const app = new Hono();

  app.get("/healthz", (c) => c.json({ ok: true }));
  app.post("/analyze", createAnalyzeRoute({ calls, faults, images, publicUrl, closing }));
  app.get("/processed/:name", (c) => {
    const png = images.get(c.req.path);
    return png ? c.body(png, 200, { "content-type": "image/png" }) : c.notFound();
  });

  app.post("/faults", async (c) => {
    const spec = faultSchema.safeParse(await c.req.json().catch(() => null));
    if (!spec.success) return jsonError(400, tellIssues(spec.error));
    return c.json({ id: faults.add(spec.data) }, 201);
  });
  app.delete("/faults", (c) => {
    faults.clear();
    return c.body(null, 204);
  });
  app.delete("/faults/:id", (c) => {
    return faults.remove(c.req.param("id")) ? c.body(null, 204) : c.notFound();
  });

  app.get("/calls", (c) => c.json({ calls: calls.list(c.req.query("match") ?? "") }));
  app.delete("/calls", (c) => {
    calls.clear();
    return c.body(null, 204);
  });

  app.notFound(() => jsonError(404, "Nothing is here"));
  app.onError((error) => jsonError(500, String(error)));
  return app;
}
