import pTimeout from "p-timeout";

/** Waits for something that closes, but no longer than `milliseconds`; then `onLate` is called. */
export async function endWithin(
  milliseconds: number,
  closing: Promise<unknown>,
  onLate: () => void = () => {},
): Promise<void> {
  await pTimeout(closing, { milliseconds, fallback: onLate });
}
