import mongoose from "mongoose";
import type { Evidence, Rules } from "./judge/evidence.ts";
import type { Round } from "./round.ts";
import type { World } from "./world/world.ts";

const OPEN_STATES = ["waiting", "active", "delayed", "prioritized"] as const;
const ALL_STATES = [...OPEN_STATES, "completed", "failed"] as const;

/** All there is to know about these rounds, as it stands now. */
export async function collectEvidence(
  world: World,
  rounds: readonly Round[],
  rules: Rules,
): Promise<Evidence> {
  const slots = [...world.apis, ...world.workers];
  await Promise.all(slots.map((slot) => slot.noteMemory()));
  const userIds = rounds.flatMap(({ users }) => users.map(({ userId }) => userId));
  const assets = world.database.collection("assets");
  const [records, names, openJobs, deadLetters, calls] = await Promise.all([
    assets.find({ userId: { $in: userIds.map((id) => new mongoose.Types.ObjectId(id)) } })
      .toArray(),
    assets.distinct("imageName"),
    jobIds(world.queue, OPEN_STATES, userIds),
    jobIds(world.deadLetters, ALL_STATES, userIds),
    fetch(`${world.ai.url}/calls`).then((response) => response.json()),
  ]);
  return {
    operations: rounds.flatMap(({ operations }) => operations),
    devices: rounds.flatMap(({ devices }) => devices),
    documents: records.map((record) => ({
      id: record._id.toHexString(),
      userId: record["userId"].toHexString(),
      status: record["status"],
      run: record["run"],
      aiCalls: record["aiCalls"],
      imageName: record["imageName"],
      jobId: record["processingJobId"],
      settledAt: record["settledAt"],
      failureCode: record["failure"]?.code,
      deadLetterState: record["deadLetter"]?.state,
      isDeleted: Boolean(record["deletedAt"]),
    })),
    calls: calls.calls,
    openJobs,
    deadLetters,
    images: [...world.store.images.keys()],
    namedImages: new Set(names),
    processes: slots.flatMap(({ records }) => records),
    rules,
  };
}

async function jobIds(
  queue: World["queue"],
  states: readonly (typeof ALL_STATES)[number][],
  userIds: readonly string[],
): Promise<string[]> {
  const jobs = await queue.getJobs([...states]);
  // A job may be removed while they are read.
  return jobs.filter((job) => job && userIds.includes(job.data.userId)).map(({ id }) => id ?? "");
}
