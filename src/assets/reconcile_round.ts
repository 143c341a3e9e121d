import { asAssetError } from "./errors.ts";
import type { Logger } from "./ports.ts";
import type { Lease } from "./reconcile_ports.ts";

/** One round of the reconciler, for as long as the lease is held. */
export interface Round {
  /** When it began, by the clock that all processes share. */
  readonly now: Date;
  /** Asked before each batch: false once the process has to end or another one has the lease. */
  mayGoOn(): Promise<boolean>;
  /** Does one repair. One that fails holds up no other, but an outage ends the round. */
  repair(fields: Record<string, unknown>, work: (log: Logger) => Promise<void>): Promise<void>;
}

/** A round that began `now`. */
export function beginRound(
  now: Date,
  { lease, closing, logger }: { lease: Lease; closing: AbortSignal; logger: Logger },
): Round {
  return {
    now,
    mayGoOn: async () => !closing.aborted && await lease.take() !== null,
    async repair(fields, work) {
      const log = logger.child(fields);
      try {
        await work(log);
      } catch (err) {
        if (asAssetError(err).code === "service_unavailable") throw err;
        log.error({ err }, "Reconciler: repair failed");
      }
    },
  };
}
