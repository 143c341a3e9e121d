import { Hono } from "@hono/hono";
import type { Admit } from "../assets/back_pressure.ts";
import type { VerifyToken } from "../assets/ports.ts";
import { deleteAsset, type PurgeDeps, tryToPurge } from "../assets/purge_asset.ts";
import { listAssets, readAsset } from "../assets/read_assets.ts";
import { retryAsset } from "../assets/rerun_asset.ts";
import { submitAsset } from "../assets/submit_asset.ts";
import { submitOnce, type SubmitOnceDeps } from "../assets/submit_once.ts";
import type { AssetAnswer, AssetPageAnswer } from "../contract/answers.ts";
import { assetsQuery } from "../contract/requests.ts";
import { answerQueued, succeed } from "./answers.ts";
import { authenticate } from "./authenticate.ts";
import { backPressure } from "./back_pressure.ts";
import type { AuthenticatedEnv } from "./env.ts";
import { readIdempotencyKey } from "./idempotency_key.ts";
import { presentAsset, presentPage } from "./present_asset.ts";
import { readQuery } from "./read_query.ts";
import { readUpload, requireMultipart, type UploadPace } from "./upload.ts";

/** What users do with their own assets. */
export function assetRoutes(
  deps: PurgeDeps & SubmitOnceDeps & {
    verifyToken: VerifyToken;
    admit?: Admit;
    uploadPace?: UploadPace;
  },
) {
  const routes = new Hono<AuthenticatedEnv>();
  const user = authenticate(deps.verifyToken);
  const admitted = backPressure(deps.admit);

  routes.post("/analyze-queue", user, admitted, requireMultipart, async (c) => {
    const { actor, trace, logger } = c.var;
    const key = readIdempotencyKey(c);
    const upload = await readUpload(c.req.raw, deps.uploadPace);
    const submission = { ...upload, ...trace, userId: actor.userId };
    if (key === undefined) {
      return answerQueued(c, await submitAsset(deps, submission, logger), "first");
    }
    const { isReplay, ...queued } = await submitOnce(deps, submission, key, logger);
    if (isReplay) c.header("Idempotent-Replayed", "true");
    return answerQueued(c, queued, "first");
  });

  routes.get("/", user, async (c) => {
    const { cursor, ...query } = readQuery(c, assetsQuery);
    const page = await listAssets(deps, c.var.actor, { ...query, after: cursor });
    return succeed<AssetPageAnswer>(c, presentPage(page, presentAsset));
  });

  routes.get("/:id{[0-9a-fA-F]{24}}", user, async (c) => {
    const assetId = c.req.param("id");
    c.set("logger", c.var.logger.child({ assetId }));
    const asset = await readAsset(deps, c.var.actor, assetId);
    return succeed<AssetAnswer>(c, presentAsset(asset));
  });

  routes.delete("/:id{[0-9a-fA-F]{24}}", user, async (c) => {
    const assetId = c.req.param("id");
    const logger = c.var.logger.child({ assetId });
    c.set("logger", logger);
    const buried = await deleteAsset(deps, c.var.actor, assetId);
    // Nobody waits for it: what fails here, or is cut short by our end, a worker does later.
    void tryToPurge(deps, buried, logger);
    return c.body(null, 204);
  });

  routes.post("/:id{[0-9a-fA-F]{24}}/retry", user, admitted, async (c) => {
    const { actor, trace, logger } = c.var;
    const assetId = c.req.param("id");
    c.set("logger", logger.child({ assetId }));
    const queued = await retryAsset(deps, actor, assetId, trace, logger);
    c.set("logger", logger);
    return answerQueued(c, queued, "again");
  });

  return routes;
}
