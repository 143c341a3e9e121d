import { endWithin } from "./end_within.ts";

/** For the round under way, when it is closed. */
const CLOSE_MS = 2000;

/** Does the work every `intervalMs`, never two rounds at once; the work must not reject. */
export function repeat(
  intervalMs: number,
  work: () => Promise<void>,
): { close(): Promise<void> } {
  let isClosed = false;
  let timer: ReturnType<typeof setTimeout>;
  let round = Promise.resolve();
  schedule();
  return {
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await endWithin(CLOSE_MS, round);
    },
  };

  function schedule() {
    timer = setTimeout(() => {
      round = work().finally(() => {
        if (!isClosed) schedule();
      });
    }, intervalMs);
  }
}
