import { explain } from "../../../src/assets/explain.ts";

export type OperationKind = "submit" | "retry" | "replay" | "delete" | "read";

/** One request as its client saw it. */
export interface Operation {
  readonly kind: OperationKind;
  readonly userId: string;
  /** The API it was sent to. */
  readonly api: string;
  readonly startedAt: number;
  endedAt: number;
  /** Whether it was done, not done, or nobody can tell. */
  outcome: "ok" | "fail" | "unknown";
  /** 0 without an answer. */
  status: number;
  /** What was accepted by a 202, or is meant by the request. */
  assetId?: string | undefined;
  jobId?: string | undefined;
  headers?: Headers;
  readonly idempotencyKey?: string | undefined;
  /** Whether its asset is meant to fail. */
  readonly mayFail?: boolean | undefined;
  /** What became of a request without an answer. */
  error?: string;
}

/** Longer than any request may take, so that one that hangs is seen and not waited for. */
const GIVE_UP_MS = 30_000;

/** Records each operation with its start, its end and its outcome. */
export function createHistory() {
  const operations: Operation[] = [];
  // A connection that an API closed by dying is not to be used again.
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });

  async function record(
    { method = "POST", url, token, body, ...told }:
      & Pick<Operation, "kind" | "userId" | "api" | "assetId" | "idempotencyKey" | "mayFail">
      & { method?: string; url: string; token: string; body?: FormData },
  ): Promise<Operation> {
    const operation: Operation = {
      ...told,
      ...{ startedAt: Date.now(), endedAt: 0, outcome: "unknown", status: 0 },
    };
    operations.push(operation);
    try {
      const response = await fetch(url, {
        method,
        client,
        headers: {
          Authorization: `Bearer ${token}`,
          ...(told.idempotencyKey && { "Idempotency-Key": told.idempotencyKey }),
        },
        ...(body && { body }),
        signal: AbortSignal.timeout(GIVE_UP_MS),
      });
      const text = await response.text();
      const { status, headers } = response;
      const data = status === 202 ? JSON.parse(text).data : {};
      const { assetId = told.assetId, jobId } = data;
      const outcome = response.ok ? "ok" : "fail";
      Object.assign(operation, { status, headers, outcome, assetId, jobId });
    } catch (error) {
      operation.error = explain(error);
      // A connection that was never made has carried nothing.
      if (operation.error.includes("(Connect)")) operation.outcome = "fail";
    }
    operation.endedAt = Date.now();
    return operation;
  }

  return { operations, record, [Symbol.dispose]: () => client.close() };
}

export type History = ReturnType<typeof createHistory>;
