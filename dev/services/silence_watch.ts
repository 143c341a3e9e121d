import { DevServiceError } from "./dev_service_error.ts";
import { folderBytes } from "./folder_bytes.ts";

const POLL_MS = 200;

export interface SilenceWatch extends Disposable {
  /** Aborts, with a DevServiceError that is the reason alone, when what is expected stays away. */
  readonly signal: AbortSignal;
  /** Says what the folder is to grow by from now on, and how long it may stand still. */
  expect(what: string, withinMs: number): void;
}

/** Watches a folder into which something is downloaded. */
export function watchSilence(folder: string): SilenceWatch {
  const silence = new AbortController();
  let expected = "";
  let patienceMs = Infinity;
  let bytes = 0;
  let grownAt = performance.now();

  const timer = setInterval(() => {
    const bytesNow = folderBytes(folder);
    if (bytesNow !== bytes) grownAt = performance.now();
    bytes = bytesNow;
    if (performance.now() - grownAt < patienceMs) return;
    const seconds = patienceMs / 1000;
    silence.abort(new DevServiceError(`for ${seconds} s nothing came of ${expected}`));
  }, POLL_MS);

  return {
    signal: silence.signal,
    expect(what, withinMs) {
      [expected, patienceMs, grownAt] = [what, withinMs, performance.now()];
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
