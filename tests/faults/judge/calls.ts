import type { Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/**
 * I3: no run has more calls to the AI service than attempts. A call is numbered in its key
 * (`<jobId>-<call>`) by the document's count. What a shutdown aborted, a 429 answered, the breaker ended
 * or the loss of the job's lock cut (Redis away, or the worker stopped, for longer than the lock) is
 * taken back from that count when nobody has claimed a call since, and its number comes again: as often
 * as the row makes such a fault, and no more. A call that a crash cut off counts.
 */
export function judgeCalls({ calls, documents, operations, rules }: Evidence): Violation[] {
  const { attempts, callsGivenBack } = rules;
  const ids = new Set([
    ...documents.map(({ id }) => id),
    ...operations.flatMap(({ assetId }) => assetId ?? []),
  ]);
  const runs = new Map<string, number[]>();
  for (const { idempotencyKey } of calls) {
    const [, jobId = "", assetId = "", number] =
      /^(asset-([0-9a-f]{24})-\d+)-(\d+)$/.exec(idempotencyKey ?? "") ?? [];
    if (ids.has(assetId)) runs.set(jobId, [...runs.get(jobId) ?? [], Number(number)]);
  }
  const problems = [...runs].flatMap(([jobId, numbers]) => {
    const told = `${jobId} called ${numbers.length} times (${numbers.join(", ")})`;
    const repeats = numbers.length - new Set(numbers).size;
    return Math.max(...numbers) > attempts || repeats > callsGivenBack ? [told] : [];
  });
  const counted = documents.filter(({ aiCalls }) => aiCalls > attempts)
    .map(({ id, aiCalls }) => `${id} counts ${aiCalls} calls`);
  return [...problems, ...counted].map((what) => ({ invariant: "I3", what }));
}
