import type { Connection } from "mongoose";
import type { Lease } from "../assets/reconcile_ports.ts";
import { answered } from "./answered.ts";
import { ignoreDuplicateKey } from "./duplicate_key.ts";

interface LeaseRecord {
  readonly _id: string;
  readonly holder: string;
  readonly until: Date;
}

/**
 * A lease in the collection `leases`. Only the server's clock counts, so those of the workers may
 * differ. A holder that dies without a word blocks it for `ttlMs` at most.
 */
export function createMongoLease(
  connection: Connection,
  { name, ttlMs }: { name: string; ttlMs: number },
): Lease {
  const holder = crypto.randomUUID();
  const leases = connection.collection<LeaseRecord>("leases");
  const isFree = { $or: [{ $eq: ["$holder", holder] }, { $lte: ["$until", "$$NOW"] }] };
  const ifFree = (value: unknown, otherwise: unknown) => ({ $cond: [isFree, value, otherwise] });

  return {
    async take() {
      const change = {
        holder: ifFree(holder, "$holder"),
        until: ifFree({ $add: ["$$NOW", ttlMs] }, "$until"),
      };
      const lease = await answered(
        leases.findOneAndUpdate({ _id: name }, [{ $set: change }], {
          upsert: true,
          returnDocument: "after",
        }),
      ).catch(ignoreDuplicateKey);
      if (lease?.holder !== holder) return null;
      return new Date(lease.until.getTime() - ttlMs);
    },

    async release() {
      await answered(leases.deleteOne({ _id: name, holder }));
    },
  };
}
