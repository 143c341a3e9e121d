import type { Operation } from "../client/history.ts";
import type { Round, SubmitOptions } from "../round.ts";
import type { RoleSlot } from "../world/role_slot.ts";

/** From now on the AI service answers well, but not before `clearFaults`. */
export function holdCalls(round: Round, fault: Record<string, unknown> = {}): Promise<void> {
  return round.orderFault({ kind: "slow", delayMs: 600_000, ...fault });
}

/** Submits so many, and waits until the AI service has a call for each of those accepted. */
export async function submitHeld(
  round: Round,
  count: number,
  options?: SubmitOptions,
): Promise<string[]> {
  const ids = acceptedIds(await round.submitMany(count, options));
  for (const id of ids) {
    await round.until(`a call for ${id}`, async () => (await round.callsOf(id)).length);
  }
  return ids;
}

/** The assets that were accepted; it is a fault of the row when none was. */
export function acceptedIds(operations: readonly Operation[]): string[] {
  const ids = operations.flatMap(({ status, assetId }) => status === 202 && assetId ? assetId : []);
  if (ids.length === 0) {
    throw new Error(`Nothing was accepted: ${operations.map(({ status }) => status)}`);
  }
  return ids;
}

/** kill -9 to the worker that has begun the job of this asset last. */
export async function killWorkerOf(round: Round, assetId = ""): Promise<RoleSlot> {
  const worker = await workerOf(round, assetId);
  await worker.kill();
  return worker;
}

/** The worker that has begun the job of this asset last. */
export function workerOf({ world, until }: Round, assetId: string): Promise<RoleSlot> {
  return until(`a worker to have begun ${assetId}`, () => {
    const beginnings = world.workers.flatMap((worker) =>
      worker.lines.filter((line) => line.msg === "Attempt started" && line.assetId === assetId)
        .map(({ time }) => ({ worker, time: String(time) }))
    );
    return beginnings.sort((a, b) => a.time < b.time ? 1 : -1)[0]?.worker;
  });
}

/** The stored state of an asset. */
export async function statusOf({ world }: Round, assetId: string): Promise<string | undefined> {
  const assets = world.database.collection<{ status: string }>("assets");
  const found = await assets.findOne({ $expr: { $eq: [{ $toString: "$_id" }, assetId] } });
  return found?.status;
}
