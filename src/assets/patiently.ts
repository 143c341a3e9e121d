import { asAssetError } from "./errors.ts";

const PAUSE_MS = 500;

/**
 * Does the work again and again while a service that it needs is away, until `graceOver`: for what
 * must not be lost, because it cannot be had a second time for nothing.
 */
export async function patiently<T>(work: () => Promise<T>, graceOver: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (asAssetError(error).code !== "service_unavailable" || graceOver.aborted) throw error;
      await pause(graceOver);
    }
  }
}

function pause(graceOver: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(end, PAUSE_MS);
  graceOver.addEventListener("abort", end);
  return promise;

  function end() {
    clearTimeout(timer);
    graceOver.removeEventListener("abort", end);
    resolve();
  }
}
