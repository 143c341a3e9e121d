import assert from "node:assert/strict";
import { join } from "node:path";
import { startSampleAiProcess } from "../../dev/stack/start_sample_ai.ts";
import { newUser } from "../support/client.ts";
import { photo } from "../support/photos.ts";
import { type ProcessPipeline, startProcesses, temporaryFolder } from "../support/processes.ts";
import { until } from "../support/until.ts";
import { LAST_WORD, type Listener, newListener } from "./listener.ts";

const USERS = 10;
const WARM_UPS = 20;

/** The contract's default; what is only tested for its sequence runs with less. */
export const BACKOFF_MS = 2000;

/** Two API processes, two workers, and the users with their devices. */
export interface Stage extends AsyncDisposable {
  readonly pipeline: ProcessPipeline;
  readonly aiUrl: string;
  readonly apiUrls: readonly string[];
  /** Those who submit. */
  readonly listeners: readonly Listener[];
  /** Submits nothing. */
  readonly bystander: Listener;
}

/** Starts everything with the contract's defaults. */
export async function openStage(): Promise<Stage> {
  await using resources = new AsyncDisposableStack();
  const folder = await temporaryFolder(resources);
  // In this process its work would hold up the clients.
  const ai = await startSampleAiProcess({ logFile: join(folder, "sample-ai.log") });
  const aiUrl = resources.use(ai).ready[1] ?? "";
  const pipeline = resources.use(
    await startProcesses({ AI_SERVICE_URL: aiUrl, JOB_BACKOFF_MS: `${BACKOFF_MS}` }),
  );
  const [api, otherApi] = await Promise.all([
    pipeline.start("api"),
    pipeline.start("api"),
    pipeline.start("worker"),
    pipeline.start("worker"),
  ]);
  const apiUrls = [api, otherApi].map(({ ready }) => ready[1] ?? "");
  for (const apiUrl of apiUrls) await warmUp(apiUrl);
  const enter = async () => resources.use(await newListener(apiUrls));
  const bystander = await enter();
  const listeners = await Array.fromAsync({ length: USERS }, enter);
  const opened = resources.move();
  return {
    ...{ pipeline, aiUrl, apiUrls, listeners, bystander },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** A process compiles at its first requests; the limits are not for the first second of its life. */
async function warmUp(apiUrl: string): Promise<void> {
  const user = await newUser();
  const image = await photo("camera.png");
  for (let round = 0; round < WARM_UPS; round++) {
    const { status } = await user.submit(apiUrl, [["category", "none"], ["image", image]]);
    assert.equal(status, 400);
  }
}

/** Waits until no job is open, every device has heard of so many assets, and no event is on its way. */
export async function untilSilence(stage: Stage, assetsEach: number): Promise<void> {
  const { pipeline, listeners, bystander } = stage;
  const openJobs = () => pipeline.queue.getJobCountByTypes("waiting", "active", "delayed");
  await until("the jobs to end", async () => await openJobs() === 0, 90_000);
  const devices = listeners.flatMap(({ devices }) => devices);
  const haveHeard = () => devices.every(({ heard }) => heard.length >= assetsEach);
  await until(`every device to hear of ${assetsEach} assets`, haveHeard);

  for (const { user } of [bystander, ...listeners]) await pipeline.lastWord(user.userId, LAST_WORD);
  const all = [...bystander.devices, ...devices];
  await until("the last word", () => all.every(({ hasLastWord }) => hasLastWord));
}
