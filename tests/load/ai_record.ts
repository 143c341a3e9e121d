import type { Call } from "../../dev/sample_ai/call_log.ts";

/** The AI service's calls by the asset they were for; an asset's own are in their order. */
export async function callsByAsset(aiUrl: string): Promise<Map<string, Call[]>> {
  const response = await fetch(`${aiUrl}/calls`);
  const { calls }: { calls: Call[] } = await response.json();
  const assetIdIn = /^asset-([0-9a-f]{24})-/;
  return Map.groupBy(
    calls,
    ({ idempotencyKey }) => assetIdIn.exec(idempotencyKey ?? "")?.[1] ?? "",
  );
}

/** A call that was made again, and when that was due. */
export interface Retry {
  readonly dueAt: number;
  readonly at: number;
}

/** The calls for one asset after the first; the backoff counts from a failed call's arrival. */
export function retriesIn(calls: readonly Call[], backoffMs: number): Retry[] {
  const times = calls.map(({ at }) => Date.parse(at));
  return times.slice(1).map((at, nth) => ({
    dueAt: (times[nth] ?? NaN) + backoffMs * 2 ** nth,
    at,
  }));
}
