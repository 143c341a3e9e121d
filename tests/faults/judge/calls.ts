import type { Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/**
 * I3: no run has more calls to the AI service than attempts. A call is numbered in its key
 * (`<jobId>-<call>`) by the document's count, from which the contract takes back what a shutdown
 * aborted, a 429 answered or the breaker ended: only then may a number come twice, and such calls
 * come on top. A call that a crash cut off counts.
 */
export function judgeCalls({ calls, documents, operations, rules }: Evidence): Violation[] {
  const { attempts, givesCallsBack } = rules;
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
    if (Math.max(...numbers) > attempts) return [told];
    if (givesCallsBack) return [];
    return numbers.length > attempts || new Set(numbers).size < numbers.length ? [told] : [];
  });
  const counted = documents.filter(({ aiCalls }) => aiCalls > attempts)
    .map(({ id, aiCalls }) => `${id} counts ${aiCalls} calls`);
  return [...problems, ...counted].map((what) => ({ invariant: "I3", what }));
}
