import { Hono } from "@hono/hono";
import { methodNotAllowed } from "@hono/hono/method-not-allowed";
import type { Admit } from "../assets/back_pressure.ts";
import type { Logger, VerifyToken } from "../assets/ports.ts";
import type { PurgeDeps } from "../assets/purge_asset.ts";
import type { SubmitOnceDeps } from "../assets/submit_once.ts";
import { adminRoutes } from "./admin_routes.ts";
import { assetRoutes } from "./asset_routes.ts";
import type { HttpEnv } from "./env.ts";
import { HttpError, renderError } from "./errors.ts";
import { type HealthDeps, healthRoutes } from "./health_routes.ts";
import { imageRoutes, type ReadImage } from "./image_routes.ts";
import { requestContext } from "./request_context.ts";
import type { UploadPace } from "./upload.ts";

export interface AppDeps extends PurgeDeps, SubmitOnceDeps, HealthDeps {
  readonly verifyToken: VerifyToken;
  readonly logger: Logger;
  /** Without it every submission is admitted. */
  readonly admit?: Admit;
  readonly readImage?: ReadImage;
  readonly uploadPace?: UploadPace;
}

/** The whole HTTP surface as one fetch function; it never listens. */
export function createApp(deps: AppDeps): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  app.onError(renderError);
  app.notFound((c) => renderError(new HttpError("NOT_FOUND"), c));
  app.use(requestContext(deps.logger));
  app.use(methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) => {
      const headers = { Allow: methods.join(", ") };
      return renderError(new HttpError("METHOD_NOT_ALLOWED", { headers }), c);
    },
  }));
  app.route("/", healthRoutes(deps));
  app.route("/api/assets", adminRoutes(deps));
  app.route("/api/assets", assetRoutes(deps));
  if (deps.readImage) app.route("/images", imageRoutes(deps.readImage));
  return app;
}
