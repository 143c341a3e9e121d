import type { Round } from "../round.ts";
import { expectEnd, submitOne } from "./steps.ts";

/** What is told of an AI fault that hits this row's own assets only. */
export interface AiCase {
  readonly fault: Readonly<Record<string, unknown>>;
  readonly status: "active" | "failed";
  readonly calls: number;
  readonly code?: string;
}

/**
 * One asset after the other meets its fault, and a healthy one between them: the circuit breaker is
 * not to take this for an outage.
 */
export async function meetOneByOne(round: Round, cases: readonly AiCase[]): Promise<string[]> {
  const ids: string[] = [];
  for (const { fault, ...expected } of cases) {
    await round.orderFault({ ...fault, category: "lego" });
    const mayFail = expected.status === "failed";
    const assetId = await submitOne(round, { category: "lego", mayFail });
    await expectEnd(round, assetId, expected);
    await round.clearFaults();
    ids.push(assetId);
    await expectEnd(round, await submitOne(round), { status: "active", calls: 1 });
  }
  return ids;
}
