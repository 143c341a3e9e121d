import type { Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** I1: whatever was answered 202 is there and has ended as active or failed, unless it was deleted. */
export function judgeAccepted({ operations, documents }: Evidence): Violation[] {
  const byId = new Map(documents.map((document) => [document.id, document]));
  const deleted = new Set(
    operations.filter(({ kind, outcome }) => kind === "delete" && outcome !== "fail")
      .map(({ assetId }) => assetId),
  );
  const accepted = operations.filter(({ status, assetId }) => status === 202 && assetId);
  return accepted.flatMap(({ assetId = "", jobId, kind }) => {
    if (deleted.has(assetId)) return [];
    const found = byId.get(assetId);
    const name = `${assetId} (${kind}, job ${jobId})`;
    if (!found) return violation(`${name} was answered 202 and is gone`);
    if (found.status === "active" || found.status === "failed") return [];
    return violation(`${name} was answered 202 and is still ${found.status}`);
  });
}

/** I1: what was accepted fails only where that is what the fault is about. */
export function judgeFailed({ operations, documents }: Evidence): Violation[] {
  const healthy = new Set(
    operations.filter(({ status, mayFail }) => status === 202 && mayFail === false)
      .map(({ assetId }) => assetId),
  );
  return documents.filter(({ id, status }) => status === "failed" && healthy.has(id))
    .flatMap(({ id, failureCode }) => violation(`${id} has failed (${failureCode})`));
}

const violation = (what: string): Violation[] => [{ invariant: "I1", what }];
