import { ConfigError } from "./config/config.ts";
import { EXIT } from "./exit_codes.ts";
import { StartError } from "./shutdown.ts";

/**
 * Waits for everything a role cannot work without, by the variable that tells where it is. Throws
 * a StartError that names those which stayed away for `timeoutMs`.
 */
export async function waitForDependencies(
  timeoutMs: number,
  dependencies: Readonly<Record<string, (signal: AbortSignal) => Promise<void>>>,
): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  const missing = new Map<string, unknown>();
  await Promise.all(
    Object.entries(dependencies).map(async ([variable, open]) => {
      try {
        await open(signal);
      } catch (error) {
        if (error instanceof ConfigError) throw error;
        missing.set(variable, error);
      }
    }),
  );
  if (missing.size === 0) return;
  throw new StartError(
    `Nothing usable answered at ${[...missing.keys()].join(" and ")} for ${timeoutMs} ms: ` +
      "check the address, and that the service runs and lets us in",
    EXIT.unavailable,
    { cause: [...missing.values()][0] },
  );
}
