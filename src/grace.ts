/** How long what is under way may still take, once its role is asked to end. */
export interface Grace {
  /** In milliseconds; it counts down from the first time that somebody asks. */
  leftMs(): number;
}

/** A grace of so many milliseconds for all that close by it. */
export function createGrace(milliseconds: number, now = () => performance.now()): Grace {
  let endsAt: number | undefined;
  return {
    leftMs() {
      endsAt ??= now() + milliseconds;
      return Math.max(0, endsAt - now());
    },
  };
}
