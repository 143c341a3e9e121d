import { asAssetError } from "./errors.ts";

const PAUSE_MS = 500;

/**
 * Does the work again and again while a service that it needs is away, until `closing`: for what
 * must not be lost, because it cannot be had a second time for nothing.
 */
export async function patiently<T>(work: () => Promise<T>, closing: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (asAssetError(error).code !== "service_unavailable" || closing.aborted) throw error;
      await pause(closing);
    }
  }
}

function pause(closing: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(end, PAUSE_MS);
  closing.addEventListener("abort", end);
  return promise;

  function end() {
    clearTimeout(timer);
    closing.removeEventListener("abort", end);
    resolve();
  }
}
