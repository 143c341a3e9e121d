import type { FaultKind } from "./faults.ts";

const MAX_CALLS = 10_000;

/** One `POST /analyze`, on record from its arrival. */
export interface Call {
  /** ISO time of arrival. */
  at: string;
  /** As received when they are strings, else null. */
  imageUrl: string | null;
  category: string | null;
  /** The parsed JSON as received; null when it was none. */
  body: unknown;
  idempotencyKey: string | null;
  /** Whether credentials were sent; never which. */
  authorization: boolean;
  /** null while the call runs. */
  outcome: "ok" | "error" | FaultKind | null;
  /** null while the call runs. */
  status: number | null;
}

export interface CallLog {
  add(body: unknown, headers: Headers): Call;
  /** Calls whose imageUrl contains the text, oldest first. */
  list(match: string): Call[];
  clear(): void;
}

export function createCallLog(): CallLog {
  const calls: Call[] = [];
  return {
    add(body, headers) {
      const call: Call = {
        at: new Date().toISOString(),
        imageUrl: readText(body, "imageUrl"),
        category: readText(body, "category"),
        body,
        idempotencyKey: headers.get("idempotency-key"),
        authorization: headers.has("authorization"),
        outcome: null,
        status: null,
      };
      calls.push(call);
      if (calls.length > MAX_CALLS) calls.shift();
      return call;
    },
    list: (match) => calls.filter((call) => (call.imageUrl ?? "").includes(match)),
    clear: () => void calls.splice(0),
  };
}

function readText(body: unknown, key: "imageUrl" | "category"): string | null {
  const value = (body as Record<string, unknown> | null)?.[key];
  return typeof value === "string" ? value : null;
}
