import { parseJobId } from "./asset.ts";
import { AssetError } from "./errors.ts";
import type { Logger } from "./ports.ts";
import { removeLetter, type RerunDeps } from "./rerun_asset.ts";

/**
 * Takes a dead letter off the list for good, as an admin asked; its asset stays failed, and its
 * owner may still retry it. Throws `not_found` for one that is not listed (any more).
 */
export async function dismissDeadLetter(
  deps: Pick<RerunDeps, "assets" | "deadLetters">,
  jobId: string,
  logger: Logger,
): Promise<void> {
  const named = parseJobId(jobId);
  const asset = named && await deps.assets.dismissDeadLetter(named.assetId, jobId);
  if (!asset) throw new AssetError("not_found", `There is no dead letter ${jobId}`);
  logger.info({ assetId: asset.id }, "Dead letter dismissed");
  await removeLetter(deps, asset, logger);
}
