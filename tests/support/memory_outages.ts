import type { AiCircuit, FailureStreak, Outage, OutageLog } from "../../src/assets/ai_outage.ts";

/** Lets every call through. */
export const OPEN_ROAD: AiCircuit = { call: (_assetId, call) => call(), isClosed: () => true };

/** An outage log in memory; each hold is one of its own. */
export function memoryOutageLog(outages: Outage[] = []): OutageLog {
  return {
    note: (held) => Promise.resolve(void outages.push(held)),
    since: (time) => Promise.resolve(outages.filter(({ until }) => until > time)),
  };
}

/** A streak in memory; several workers may share it. */
export function memoryStreak(): FailureStreak {
  const assetIds = new Set<string>();
  return {
    add: (assetId) => Promise.resolve(assetIds.add(assetId).size),
    size: () => Promise.resolve(assetIds.size),
    end: () => Promise.resolve(assetIds.clear()),
  };
}
