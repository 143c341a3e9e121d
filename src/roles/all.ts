import type { Logger } from "../assets/ports.ts";
import type { Config } from "../config/config.ts";
import { startApi } from "./api.ts";
import { startWorker } from "./worker.ts";

/** API and worker in one process. The worker closes first: the devices hear of its last jobs. */
export async function startAll(config: Config, logger: Logger, resources: AsyncDisposableStack) {
  const { url, drain } = await startApi(config, logger, resources);
  await startWorker(config, logger, resources);
  resources.defer(drain);
  logger.info({ url }, "All ready");
}
