import { Hono } from "@hono/hono";
import type { SubmitDeps } from "../assets/submit_asset.ts";
import { submitAsset } from "../assets/submit_asset.ts";
import { readAsset } from "../assets/read_assets.ts";
import type { VerifyToken } from "../assets/ports.ts";
import { authenticate } from "./authenticate.ts";
import type { AuthenticatedEnv } from "./env.ts";
import { presentAsset } from "./present_asset.ts";
import { readUpload, requireMultipart } from "./upload.ts";

/** Everything under /api/assets. */
export function assetRoutes(deps: SubmitDeps & { verifyToken: VerifyToken }) {
  const routes = new Hono<AuthenticatedEnv>();
  const user = authenticate(deps.verifyToken);

  routes.post("/analyze-queue", user, requireMultipart, async (c) => {
    const { userId } = c.var.actor;
    const { requestId, traceparent, logger } = c.var;
    const upload = await readUpload(c.req.raw);
    const { assetId, jobId } = await submitAsset(
      deps,
      { ...upload, userId, requestId, ...(traceparent && { traceparent }) },
      logger,
    );
    c.set("logger", logger.child({ assetId, jobId }));
    const message = "Image received. You will be told when its analysis is ready.";
    return c.json(
      { success: true, data: { assetId, jobId, status: "processing", message } },
      202,
      { Location: `/api/assets/${assetId}` },
    );
  });

  routes.get("/:id{[0-9a-fA-F]{24}}", user, async (c) => {
    const assetId = c.req.param("id");
    c.set("logger", c.var.logger.child({ assetId }));
    const asset = await readAsset(deps, c.var.actor, assetId);
    return c.json({ success: true, data: presentAsset(asset) });
  });

  return routes;
}
