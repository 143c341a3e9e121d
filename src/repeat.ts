import { endWithin } from "./end_within.ts";

/** For the round under way, when it is closed. */
const CLOSE_MS = 2000;

export interface Repeated {
  /** Does the next round at once, or right after the one under way. */
  soon(): void;
  close(): Promise<void>;
}

/** Does the work every `intervalMs`, never two rounds at once; the work must not reject. */
export function repeat(intervalMs: number, work: () => Promise<void>): Repeated {
  let isClosed = false;
  let isUnderWay = false;
  let isDue = false;
  let timer: ReturnType<typeof setTimeout>;
  let round = Promise.resolve();
  schedule(intervalMs);
  return {
    soon() {
      isDue = true;
      if (!isUnderWay) schedule(0);
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await endWithin(CLOSE_MS, round);
    },
  };

  function schedule(milliseconds: number) {
    clearTimeout(timer);
    if (!isClosed) timer = setTimeout(begin, milliseconds);
  }

  function begin() {
    isUnderWay = true;
    isDue = false;
    round = work().finally(() => {
      isUnderWay = false;
      schedule(isDue ? 0 : intervalMs);
    });
  }
}
