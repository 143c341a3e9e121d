/** A time in which the queue was held, because the AI service was away. */
export interface Outage {
  readonly from: Date;
  readonly until: Date;
}

/** Stands between the attempts and the AI service: while that is away, it lets through one at a time. */
export interface AiCircuit {
  /**
   * Makes the call; one that returns undefined has asked the service nothing. Throws what the call
   * throws, but `ai_outage` for a failure that many others share, and `circuit_open` without having
   * called. Both say in `retryAfterMs` for how long the queue is to be held.
   */
  call<T>(assetId: string, call: () => Promise<T | undefined>): Promise<T | undefined>;
  /** Whether the service is there, as far as this worker knows. */
  isClosed(): boolean;
}

/** The assets that found the AI service away, one after the other, whichever worker called. */
export interface FailureStreak {
  /** Adds the asset, unless it is among them; returns how many they are. */
  add(assetId: string): Promise<number>;
  size(): Promise<number>;
  /** The service has answered. */
  end(): Promise<void>;
}

/** Keeps the outages. Throws `service_unavailable`. */
export interface OutageLog {
  /** Notes that the queue is held for that time, as a part of an outage that is noted already or not. */
  note(held: Outage): Promise<void>;
  /** Those that were not over at that time, the earliest first; they may overlap. */
  since(time: Date): Promise<Outage[]>;
}

/** How much of the time between `since` and `now` belongs to the outages, in milliseconds. */
export function heldMs(outages: readonly Outage[], since: Date, now: Date): number {
  let held = 0;
  let counted = since.getTime();
  for (const { from, until } of outages) {
    const end = Math.min(until.getTime(), now.getTime());
    held += Math.max(0, end - Math.max(from.getTime(), counted));
    counted = Math.max(counted, end);
  }
  return held;
}
