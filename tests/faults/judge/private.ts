import type { Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** I6: nobody hears of an asset that is not their own. */
export function judgePrivate({ devices, documents, operations }: Evidence): Violation[] {
  const owners = new Map<string, string>();
  for (const { assetId, userId, kind } of operations) {
    // An admin replays the assets of others.
    if (assetId && kind === "submit") owners.set(assetId, userId);
  }
  for (const { id, userId } of documents) owners.set(id, userId);
  return devices.flatMap(({ name, userId, heard }) =>
    heard.filter(({ assetId }) => owners.get(assetId) !== userId).map(({ assetId }) => ({
      invariant: "I6",
      what: `${name} of ${userId} heard of ${assetId}, which is not theirs`,
    }))
  );
}
