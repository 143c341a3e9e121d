import type { Call } from "../../../dev/sample_ai/call_log.ts";
import type { DeviceRecord } from "../client/device.ts";
import type { Operation } from "../client/history.ts";
import type { ProcessRecord } from "../world/role_slot.ts";

/** What MongoDB knows of an asset, as far as it is judged. */
export interface AssetDocument {
  readonly id: string;
  readonly userId: string;
  readonly status: string;
  readonly run: number;
  readonly aiCalls: number;
  readonly imageName: string;
  readonly jobId: string | undefined;
  readonly settledAt: Date | undefined;
  readonly failureCode: string | undefined;
  readonly deadLetterState: string | undefined;
  readonly isDeleted: boolean;
}

/** What a row allows that others do not. */
export interface Rules {
  /** In which each request has to be answered, by an API that lives. */
  readonly answerWithinMs: number;
  /** How many calls of one run may be given back: at most one for each fault that a row makes. */
  readonly callsGivenBack: number;
  readonly attempts: number;
  readonly maxMemoryBytes: number;
  /** From SIGTERM to the end. */
  readonly endWithinMs: number;
}

/** All that is known of some rounds when they are over. */
export interface Evidence {
  readonly operations: readonly Operation[];
  readonly devices: readonly DeviceRecord[];
  /** Of these users. */
  readonly documents: readonly AssetDocument[];
  readonly calls: readonly Call[];
  /** The job ids in the dead-letter queue, of these users' assets. */
  readonly deadLetters: readonly string[];
  /** Jobs that wait or run, likewise. */
  readonly openJobs: readonly string[];
  /** The names of all stored images, and of all that documents of anybody name. */
  readonly images: readonly string[];
  readonly namedImages: ReadonlySet<string>;
  readonly processes: readonly ProcessRecord[];
  readonly rules: Rules;
}
