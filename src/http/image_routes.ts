import { Hono } from "@hono/hono";
import type { HttpEnv } from "./env.ts";
import { HttpError } from "./errors.ts";

/** Reads a picture of the local store; null when there is none of that name. */
export type ReadImage = (
  name: string,
) => Promise<{ contentType: string; body: ReadableStream<Uint8Array<ArrayBuffer>> } | null>;

/** GET /images/{name}: development only, where no Cloudinary serves the pictures. */
export function imageRoutes(readImage: ReadImage) {
  const routes = new Hono<HttpEnv>();
  routes.get("/:name", async (c) => {
    const image = await readImage(c.req.param("name"));
    if (!image) throw new HttpError("NOT_FOUND");
    c.header("Content-Type", image.contentType);
    c.header("X-Content-Type-Options", "nosniff");
    if (c.req.method !== "HEAD") return c.body(image.body);
    await image.body.cancel();
    return c.body(null);
  });
  return routes;
}
