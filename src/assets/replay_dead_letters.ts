import type { Asset } from "./asset.ts";
import type { DeadLetterFilter } from "./dead_letter.ts";
import { asAssetError, AssetError } from "./errors.ts";
import type { Logger, RequestTrace } from "./ports.ts";
import { rerun, type RerunDeps } from "./rerun_asset.ts";

export interface BulkReplay extends DeadLetterFilter {
  readonly limit: number;
  /** Only look. */
  readonly dryRun: boolean;
}

/** How many dead letters match, and of how many of them new runs were made. */
export interface Replayed {
  readonly matched: number;
  readonly replayed: number;
}

/** 1000 take some seconds, and those who submit meanwhile hardly wait longer than ever. */
const AT_ONCE = 4;

type Outcome = "replayed" | "taken" | AssetError;

/**
 * New runs for the dead letters that are meant, oldest first, up to `limit`, as an admin asked. Each
 * is replayed by itself: what somebody else takes meanwhile is not counted, and an outage ends it
 * with the rest as it was. Throws what went wrong only when nothing was replayed.
 */
export async function replayDeadLetters(
  deps: RerunDeps,
  { limit, dryRun, ...filter }: BulkReplay,
  request: RequestTrace,
  logger: Logger,
): Promise<Replayed> {
  const counted = await deps.assets.countDeadLetters(filter);
  if (dryRun) return { matched: counted, replayed: 0 };

  const letters = await deps.assets.findDeadLetters(filter, limit);
  const matched = Math.max(counted, letters.length);
  const outcomes: Outcome[] = [];
  const replayNext = async () => {
    for (let letter = letters.shift(); letter; letter = letters.shift()) {
      const outcome = await replay(deps, letter, request, logger);
      outcomes.push(outcome);
      const isOutage = outcome instanceof AssetError && outcome.code === "service_unavailable";
      if (isOutage) letters.length = 0;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, replayNext));

  const replayed = outcomes.filter((outcome) => outcome === "replayed").length;
  const failure = outcomes.find((outcome) => outcome instanceof AssetError);
  if (failure && replayed === 0) throw failure;
  logger.info({ matched, replayed }, "Dead letters replayed");
  return { matched, replayed };
}

async function replay(
  deps: RerunDeps,
  letter: Asset,
  request: RequestTrace,
  logger: Logger,
): Promise<Outcome> {
  try {
    await rerun(deps, letter, request, logger);
    return "replayed";
  } catch (caught) {
    const error = asAssetError(caught);
    if (error.code === "conflict") return "taken";
    logger.warn({ assetId: letter.id, err: error }, "Dead letter not replayed");
    return error;
  }
}
