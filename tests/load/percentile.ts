/** The least of the values that so many percent of them do not exceed; NaN when there are none. */
export function percentile(values: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil(values.length * percent / 100));
  return values.toSorted((a, b) => a - b)[rank - 1] ?? NaN;
}
