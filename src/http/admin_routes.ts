import { Hono } from "@hono/hono";
import { dismissDeadLetter } from "../assets/dismiss_dead_letter.ts";
import type { VerifyToken } from "../assets/ports.ts";
import { listDeadLetters } from "../assets/read_assets.ts";
import { replayDeadLetters } from "../assets/replay_dead_letters.ts";
import { replayDeadLetter, type RerunDeps } from "../assets/rerun_asset.ts";
import type {
  BulkReplayAnswer,
  DeadLetterPageAnswer,
  QueueStatusAnswer,
} from "../contract/answers.ts";
import { deadLettersQuery, replayRequest } from "../contract/requests.ts";
import { answerQueued, succeed } from "./answers.ts";
import { authenticate } from "./authenticate.ts";
import { requireAdmin } from "./authorize.ts";
import type { AuthenticatedEnv } from "./env.ts";
import { presentPage } from "./present_asset.ts";
import { readJson } from "./read_json.ts";
import { readQuery } from "./read_query.ts";

/** The queue and its dead letters, for admins. */
export function adminRoutes(deps: RerunDeps & { verifyToken: VerifyToken }) {
  const routes = new Hono<AuthenticatedEnv>();
  const user = authenticate(deps.verifyToken);

  routes.get("/queue-status", user, requireAdmin, async (c) => {
    const { queue, deadLetters } = deps;
    const [counts, deadLetter] = await Promise.all([queue.counts(), deadLetters.count()]);
    return succeed<QueueStatusAnswer>(c, { ...counts, deadLetter });
  });

  routes.get("/dead-letter", user, requireAdmin, async (c) => {
    const { cursor, limit } = readQuery(c, deadLettersQuery);
    const page = await listDeadLetters(deps, { limit, after: cursor });
    return succeed<DeadLetterPageAnswer>(c, presentPage(page, (letter) => letter));
  });

  routes.post("/dead-letter/replay", user, requireAdmin, async (c) => {
    const { trace, logger } = c.var;
    const wanted = await readJson(c.req.raw, replayRequest);
    const replayed = await replayDeadLetters(deps, wanted, trace, logger);
    return succeed<BulkReplayAnswer>(c, replayed, 202);
  });

  routes.delete("/dead-letter/:jobId{asset-[\\w-]+}", user, requireAdmin, async (c) => {
    const jobId = c.req.param("jobId");
    const logger = c.var.logger.child({ jobId });
    c.set("logger", logger);
    await dismissDeadLetter(deps, jobId, logger);
    return c.body(null, 204);
  });

  routes.post("/dead-letter/:jobId/replay", user, requireAdmin, async (c) => {
    const { trace, logger } = c.var;
    const jobId = c.req.param("jobId");
    c.set("logger", logger.child({ jobId }));
    const queued = await replayDeadLetter(deps, jobId, trace, logger);
    // The new run's job, in place of the old one's.
    c.set("logger", logger);
    return answerQueued(c, queued, "again");
  });

  return routes;
}
