import { setTimeout as pause } from "node:timers/promises";
import mongoose from "mongoose";
import type { Operation } from "../client/history.ts";
import type { User } from "../client/user.ts";
import type { Round, SubmitOptions } from "../round.ts";
import type { RoleSlot } from "../world/role_slot.ts";

/** One of a world's processes or a round's devices; a row that lacks it would show nothing. */
export function at<T>(all: readonly T[], index: number): T {
  const one = all[index];
  if (one === undefined) throw new TypeError(`There are ${all.length}, so none at ${index}`);
  return one;
}

/** From now on the AI service answers well, but not before `clearFaults`. */
export function holdCalls(round: Round, fault: Record<string, unknown> = {}): Promise<void> {
  return round.orderFault({ kind: "slow", delayMs: 600_000, ...fault });
}

/** Submits so many, and waits until the AI service has had a call for each of those accepted. */
export async function submitHeld(
  round: Round,
  count: number,
  options?: SubmitOptions,
): Promise<string[]> {
  const ids = acceptedIds(await round.submitMany(count, options));
  for (const id of ids) await untilCalled(round, id, 1);
  return ids;
}

/** Submits one, and returns its id. */
export async function submitOne(round: Round, options?: SubmitOptions): Promise<string> {
  const [id = ""] = acceptedIds([await round.submit(options)]);
  return id;
}

/** The assets that were accepted; it is a fault of the row when none was. */
export function acceptedIds(operations: readonly Operation[]): string[] {
  const ids = operations.flatMap(({ status, assetId }) => status === 202 && assetId ? assetId : []);
  if (ids.length === 0) {
    throw new Error(`Nothing was accepted: ${operations.map(({ status }) => status)}`);
  }
  return ids;
}

/** Waits until the AI service has had so many calls for an asset. */
export async function untilCalled(round: Round, assetId: string, count: number): Promise<void> {
  const isCalled = async () => (await round.callsOf(assetId)).length >= count;
  await round.until(`call ${count} for ${assetId}`, isCalled);
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

/** Whether what went to MongoDB has a guarded update in it. */
export const isUpdate = (swallowed: string) => swallowed.includes("findAndModify");

/** Everything that MongoDB has of a user's assets. */
export async function documentsOf({ world }: Round, { userId }: User) {
  const assets = world.database.collection("assets");
  return await assets.find({ userId: new mongoose.Types.ObjectId(userId) }).toArray();
}

/** Whether the round's user has so many assets in that state. */
export async function userHas(round: Round, count: number, status: string): Promise<boolean> {
  const documents = await documentsOf(round, round.user);
  return documents.filter((document) => document["status"] === status).length >= count;
}

/** The stored asset. */
export async function documentOf({ world }: Round, assetId: string) {
  const assets = world.database.collection("assets");
  return await assets.findOne({ _id: new mongoose.Types.ObjectId(assetId) });
}

/** Its state. */
export async function statusOf(round: Round, assetId: string): Promise<string | undefined> {
  return (await documentOf(round, assetId))?.["status"];
}

/** Waits for an asset's end, and holds it to its state, its calls and why it failed. */
export async function expectEnd(
  round: Round,
  assetId: string,
  expected: { status: "active" | "failed"; calls?: number; code?: string },
): Promise<void> {
  const document = await round.until(`the end of ${assetId}`, async () => {
    const found = await documentOf(round, assetId);
    return found && ["active", "failed"].includes(found["status"]) ? found : undefined;
  }, 60_000);
  const { length } = await round.callsOf(assetId);
  const { status, failure } = document;
  const { calls = length, code = failure?.code } = expected;
  const isSo = status === expected.status && length === calls && failure?.code === code;
  const told = `${assetId} ended ${status} (${failure?.code}) after ${length} calls`;
  round.expect(isSo, "end", `${told}; ${Deno.inspect(expected)} was to be`);
}

/** Asks again with the same key, as a client does that got no answer. */
export async function retryUntilAccepted(
  round: Round,
  idempotencyKey: string,
  api: RoleSlot,
): Promise<void> {
  await round.until("the key to be answered", async () => {
    const { status } = await round.submit({ api, idempotencyKey });
    if (status !== 202) await pause(500);
    return status === 202;
  }, 60_000);
}
