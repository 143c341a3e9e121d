import type { Logger } from "../assets/ports.ts";
import type { Config } from "../config/config.ts";
import { createGrace } from "../grace.ts";
import { startApi } from "./api.ts";
import { startWorker } from "./worker.ts";

/**
 * API and worker in one process, which share one grace. The worker closes first: the devices hear of
 * its last jobs.
 */
export async function startAll(config: Config, logger: Logger, resources: AsyncDisposableStack) {
  const grace = createGrace(config.shutdownGraceMs);
  const { url, drain } = await startApi(config, logger, resources, grace);
  await startWorker(config, logger, resources, grace);
  resources.defer(drain);
  logger.info({ url }, "All ready");
}
