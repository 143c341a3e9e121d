import type { DeviceRecord } from "../client/device.ts";
import type { AssetDocument, Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** I2: each device hears of each of its user's runs that ended. */
export function judgeHeard({ devices, documents, operations }: Evidence): Violation[] {
  const runs = Map.groupBy(
    operations.filter(({ status, jobId }) => status === 202 && jobId),
    ({ assetId }) => assetId ?? "",
  );
  return devices.flatMap((device) => {
    const own = documents.filter(({ userId }) => userId === device.userId);
    return own.flatMap((document) => {
      const accepted = new Set(runs.get(document.id)?.map(({ jobId }) => jobId)).size;
      return judgeAsset(device, document, accepted).map((what) => violation(device, what));
    });
  });
}

/** I2: once on each connection, and in the order of the settle times. */
export function judgeHeardOnce({ devices }: Evidence): Violation[] {
  return devices.flatMap((device) =>
    judgeConnections(device).map((what) => violation(device, what))
  );
}

function judgeAsset(
  { heard, firstConnectedAt }: DeviceRecord,
  { id, status, settledAt, run, isDeleted }: AssetDocument,
  acceptedRuns: number,
): string[] {
  const ofAsset = heard.filter(({ assetId }) => assetId === id);
  const timestamps = new Set(ofAsset.map(({ timestamp }) => timestamp));
  const problems: string[] = [];
  if (timestamps.size > run) {
    problems.push(`heard ${timestamps.size} ends of ${id}, which had ${run} runs`);
  }
  const isEnded = status === "active" || status === "failed";
  if (!settledAt || !isEnded || isDeleted || settledAt.getTime() < firstConnectedAt) {
    return problems;
  }
  const last = ofAsset.filter(({ timestamp }) => timestamp === settledAt.toISOString());
  if (last.length === 0) problems.push(`never heard that ${id} is ${status}`);
  if (last.some((event) => event.status !== status)) problems.push(`heard a wrong state of ${id}`);
  if (last.length > 0 && timestamps.size < acceptedRuns) {
    problems.push(`heard ${timestamps.size} ends of ${id}, of which ${acceptedRuns} runs ended`);
  }
  return problems;
}

function judgeConnections({ heard }: DeviceRecord): string[] {
  const byConnection = Map.groupBy(heard, ({ connection }) => connection);
  return [...byConnection.values()].flatMap((events) => {
    const keys = events.map(({ assetId, timestamp }) => `${assetId} at ${timestamp}`);
    const doubles = keys.filter((key, index) => keys.indexOf(key) !== index);
    const disorders = events.filter(({ timestamp }, index) =>
      timestamp < (events[index - 1]?.timestamp ?? "")
    );
    return [
      ...doubles.map((key) => `heard twice on one connection: ${key}`),
      ...disorders.map(({ assetId }) => `heard of ${assetId} after a later one`),
    ];
  });
}

const violation = ({ name, userId }: DeviceRecord, what: string): Violation => ({
  invariant: "I2",
  what: `${name} of ${userId} ${what}`,
});
