import { EXIT, StartError } from "./shutdown.ts";

/**
 * Waits for everything a role cannot work without, by the variable that tells where it is. Throws
 * a StartError that names those which stayed away for `timeoutMs`.
 */
export async function waitForDependencies(
  timeoutMs: number,
  dependencies: Readonly<Record<string, (signal: AbortSignal) => Promise<void>>>,
): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  const variables = Object.keys(dependencies);
  const outcomes = await Promise.allSettled(
    Object.values(dependencies).map((open) => open(signal)),
  );
  const missing = variables.filter((_, index) => outcomes[index]?.status === "rejected");
  if (missing.length === 0) return;
  throw new StartError(
    `Nothing usable answered at ${missing.join(" and ")} for ${timeoutMs} ms: ` +
      "check the address, and that the service runs and lets us in",
    EXIT.unavailable,
    { cause: outcomes.find((outcome) => outcome.status === "rejected")?.reason },
  );
}
