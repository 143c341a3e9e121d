import pTimeout from "p-timeout";
import type { Logger } from "./assets/ports.ts";
import { type Config, ConfigError } from "./config/config.ts";
import { EXIT } from "./exit_codes.ts";
import { createLogger, redirectConsole } from "./logger.ts";

/** A reason not to go on that the operator can mend; its message says how. */
export class StartError extends Error {
  override readonly name = "StartError";

  constructor(message: string, readonly exitCode: number, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Opens what it needs and returns once it is ready. */
export type Role = (
  config: Config,
  logger: Logger,
  resources: AsyncDisposableStack,
) => Promise<unknown>;

/** Ctrl-C reaches the whole terminal group, and `deno task` and npx pass it on once more. */
const SAME_SIGNAL_MS = 500;

/** Past the grace every close has its own bound; what still hangs then is cut off. */
const OVERDUE_MS = 25_000;

/**
 * Runs a role until SIGTERM or SIGINT, then closes what it opened, last opened first, and exits.
 * A second signal exits at once.
 */
export async function runRole(
  readConfig: () => Config | Promise<Config>,
  role: Role,
): Promise<never> {
  let config: Config;
  try {
    config = await readConfig();
  } catch (error) {
    Deno.exit(reportFailure(error, createLogger({ level: "info", format: "json" })));
  }
  const logger = createLogger(config.log);
  redirectConsole(logger);
  const signalled = firstSignal(logger);
  let isStopping = false;
  signalled.then(() => isStopping = true);
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    // Commands that wait for a Redis which is away reject when their connection is closed.
    logger[isStopping ? "debug" : "error"]({ err: event.reason }, "Unhandled rejection");
  });
  const resources = new AsyncDisposableStack();
  let exitCode: number = EXIT.ended;
  try {
    await Promise.race([role(config, logger, resources).then(() => signalled), signalled]);
  } catch (error) {
    exitCode = reportFailure(error, logger);
  }
  try {
    const milliseconds = config.shutdownGraceMs + OVERDUE_MS;
    await pTimeout(resources.disposeAsync(), { milliseconds });
  } catch (error) {
    logger.error({ err: error }, "Closing failed");
    exitCode ||= EXIT.fault;
  }
  logger.info({ exitCode }, "Ended");
  Deno.exit(exitCode);
}

/** Says why a role cannot run and returns the exit code for it. */
function reportFailure(error: unknown, logger: Logger): number {
  if (error instanceof ConfigError) {
    for (const problem of error.problems) logger.fatal({}, problem);
    return EXIT.configuration;
  }
  if (error instanceof StartError) {
    logger.fatal({ err: error.cause }, error.message);
    return error.exitCode;
  }
  logger.fatal({ err: error }, "Start failed");
  return EXIT.fault;
}

function firstSignal(logger: Logger): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let firstAt: number | undefined;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => {
      if (firstAt === undefined) {
        firstAt = performance.now();
        logger.info({ signal }, "Stopping");
        resolve();
      } else if (performance.now() - firstAt > SAME_SIGNAL_MS) {
        logger.warn({ signal }, "Stopping at once");
        Deno.exit(EXIT.fault);
      }
    });
  }
  return promise;
}
