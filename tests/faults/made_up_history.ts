import type { Call } from "../../dev/sample_ai/call_log.ts";
import type { DeviceRecord, Heard } from "./client/device.ts";
import type { Operation } from "./client/history.ts";
import type { AssetDocument, Evidence } from "./judge/evidence.ts";
import type { ProcessRecord } from "./world/role_slot.ts";

const USER = "a".repeat(24);
export const OTHER = "b".repeat(24);
export const ASSET = "1".repeat(24);
export const JOB = `asset-${ASSET}-1`;
const SETTLED = new Date("2026-11-24T12:00:10.000Z");
export const START = Date.parse("2026-11-24T12:00:00.000Z");

/** A history in which one asset was accepted, became active and was heard of: nothing is wrong with it. */
export function history(change: Partial<Evidence> = {}): Evidence {
  return {
    operations: [submission()],
    devices: [device(), device({ userId: OTHER, heard: [] })],
    documents: [document()],
    calls: [call(1)],
    deadLetters: [],
    openJobs: [],
    images: ["image"],
    namedImages: new Set(["image"]),
    processes: [process()],
    rules: {
      answerWithinMs: 8000,
      callsGivenBack: 0,
      attempts: 3,
      maxMemoryBytes: 1000,
      endWithinMs: 1000,
    },
    ...change,
  };
}

export const submission = (change: Partial<Operation> = {}): Operation => ({
  ...{ kind: "submit", userId: USER, api: "api-1", startedAt: START, endedAt: START + 100 },
  ...{ outcome: "ok", status: 202, assetId: ASSET, jobId: JOB, mayFail: false },
  ...change,
});

export const refusal = (change: Partial<Operation> = {}): Operation =>
  submission({
    ...{ outcome: "fail", status: 503, assetId: undefined, jobId: undefined },
    headers: new Headers({ "Retry-After": "5" }),
    ...change,
  });

export const document = (change: Partial<AssetDocument> = {}): AssetDocument => ({
  ...{ id: ASSET, userId: USER, status: "active", run: 1, aiCalls: 1, imageName: "image" },
  ...{ jobId: JOB, settledAt: SETTLED, failureCode: undefined, deadLetterState: undefined },
  ...{ isDeleted: false, ...change },
});

export const failed = (change: Partial<AssetDocument> = {}): AssetDocument =>
  document({ status: "failed", failureCode: "ai_rejected", deadLetterState: "listed", ...change });

export const heard = (change: Partial<Heard> = {}): Heard => ({
  ...{ assetId: ASSET, status: "active", timestamp: SETTLED.toISOString(), at: 0, connection: 1 },
  ...change,
});

export const device = (change: Partial<DeviceRecord> = {}): DeviceRecord => ({
  ...{ name: "device", userId: USER, firstConnectedAt: START, heard: [heard()] },
  ...change,
});

export const call = (number: number, jobId = JOB): Call => ({
  ...{ at: "", imageUrl: null, category: null, body: null, authorization: false },
  ...{ idempotencyKey: `${jobId}-${number}`, outcome: "ok", status: 200 },
});

export const process = (change: Partial<ProcessRecord> = {}): ProcessRecord => ({
  ...{ name: "api-1 #1", startedAt: START - 1000, readyAt: START - 500 },
  ...{ complaints: [], peakMemoryBytes: 500, ...change },
});
