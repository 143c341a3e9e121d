/** A call as the sample AI service has it on record. */
export interface AiCall {
  readonly body: unknown;
  readonly idempotencyKey: string | null;
  /** Whether credentials were sent. */
  readonly authorization: boolean;
  /** null while the call runs. */
  readonly outcome: string | null;
}

/** Orders a fault of the sample AI service (dev/sample_ai/faults.ts). */
export async function orderFault(aiUrl: string, fault: Record<string, unknown>): Promise<void> {
  const response = await fetch(`${aiUrl}/faults`, { method: "POST", body: JSON.stringify(fault) });
  const answer = await response.text();
  if (response.status !== 201) throw new Error(`The fault was refused: ${answer}`);
}

/** Ends all faults; calls that they hold are let go. */
export async function clearFaults(aiUrl: string): Promise<void> {
  await (await fetch(`${aiUrl}/faults`, { method: "DELETE" })).body?.cancel();
}

/** All calls that the sample AI service has got, oldest first. */
export async function aiCalls(aiUrl: string): Promise<AiCall[]> {
  return (await (await fetch(`${aiUrl}/calls`)).json()).calls;
}
