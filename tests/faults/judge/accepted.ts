import type { Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/**
 * I1: whatever was answered 202 is there and has ended as active or failed, unless it was deleted; and
 * as failed only where that is what the fault is about.
 */
export function judgeAccepted({ operations, documents }: Evidence): Violation[] {
  const byId = new Map(documents.map((document) => [document.id, document]));
  const deleted = new Set(
    operations.filter(({ kind, outcome }) => kind === "delete" && outcome !== "fail")
      .map(({ assetId }) => assetId),
  );
  const accepted = operations.filter(({ status, assetId }) => status === 202 && assetId);
  return accepted.flatMap(({ assetId = "", jobId, kind, mayFail = true }) => {
    if (deleted.has(assetId)) return [];
    const found = byId.get(assetId);
    const name = `${assetId} (${kind}, job ${jobId})`;
    if (!found) return violation(`${name} was answered 202 and is gone`);
    if (found.status === "active" || (found.status === "failed" && mayFail)) return [];
    if (found.status === "failed") return violation(`${name} has failed (${found.failureCode})`);
    return violation(`${name} was answered 202 and is still ${found.status}`);
  });
}

const violation = (what: string): Violation[] => [{ invariant: "I1", what }];
