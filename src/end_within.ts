import pTimeout from "p-timeout";

/** Waits for something that closes, but no longer than `milliseconds`; then `onLate` is called. */
export async function endWithin(
  milliseconds: number,
  closing: Promise<unknown>,
  onLate: () => void = () => {},
): Promise<void> {
  // p-timeout takes nothing below 1.
  await pTimeout(closing, { milliseconds: Math.max(1, milliseconds), fallback: onLate });
}
