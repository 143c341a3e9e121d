import { setTimeout as pause } from "node:timers/promises";
import type { Round } from "../round.ts";

/** The contract's 5 s, and what two slow cores take on top. */
const BOUND_MS = 8000;

/** Submits every half second while something is away: each has to be answered in time. */
export async function duringOutage(round: Round, forMs = 1500): Promise<void> {
  const endsAt = Date.now() + forMs;
  const sent: Promise<unknown>[] = [];
  while (Date.now() < endsAt) {
    sent.push(round.submitMany(2));
    await pause(500);
  }
  await Promise.all(sent);
}

/** I8: from now on it takes each API's /readyz no longer than the contract allows to answer so. */
export async function expectReadiness(round: Round, status: 200 | 503): Promise<void> {
  const since = Date.now();
  await Promise.all(round.world.apis.map(async ({ name, url }) => {
    const hasIt = async () => {
      const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(BOUND_MS) });
      await response.body?.cancel();
      return response.status === status;
    };
    const isSo = await round.until("it", hasIt, BOUND_MS).then(() => true, () => false);
    const tookMs = Date.now() - since;
    const told = `${name} was not at ${status} ${tookMs} ms after the loss or the return`;
    round.expect(isSo && tookMs <= BOUND_MS, "I8", told);
  }));
}

/** I2: each end is heard in time, counted from the fault's end when it came before that. */
export function expectHeardInTime({ devices, faultOverAt = 0, expect }: Round): void {
  for (const { name, heard } of devices) {
    for (const { assetId, timestamp, at } of heard) {
      const lateMs = at - Math.max(Date.parse(timestamp), faultOverAt);
      expect(lateMs <= BOUND_MS, "I2", `${name} heard of ${assetId} after ${lateMs} ms`);
    }
  }
}
