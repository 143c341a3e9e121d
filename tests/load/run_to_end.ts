import assert from "node:assert/strict";
import { type Heard, LAST_WORD } from "./listener.ts";
import { type Stage, untilSilence } from "./stage.ts";
import { type Submission, submitAtOnce } from "./submissions.ts";

const EACH = 10;

export interface Outcome {
  readonly submissions: readonly Submission[];
  /** Of all devices. */
  readonly heard: readonly Heard[];
}

/** Submits 100 photos at once and follows them to their end: none lost, doubled or misdelivered. */
export async function runToEnd(stage: Stage): Promise<Outcome> {
  const { listeners, bystander, apiUrls, pipeline } = stage;
  const submissions = await submitAtOnce(listeners.map(({ user }) => user), EACH, apiUrls);
  await untilSilence(stage, EACH);

  const documents = (await pipeline.documents()).filter((document) => !isLastWord(document));
  assert.equal(documents.length, 100);
  assert.deepEqual(documents.map(({ _id }) => `${_id}`).sort(), assetIds(submissions));
  for (const { user, devices } of listeners) {
    const own = assetIds(submissions.filter((submission) => submission.user === user));
    for (const { heard } of devices) assert.deepEqual(assetIds(heard.map((h) => h.event)), own);
  }
  for (const { heard } of bystander.devices) assert.deepEqual(heard, []);
  const heard = listeners.flatMap(({ devices }) => devices.flatMap(({ heard }) => heard));
  const outcome = { submissions, heard };
  await assertReadAsHeard(stage, outcome);
  return outcome;
}

function isLastWord({ aiMetadata }: Record<string, unknown>): boolean {
  const { error } = aiMetadata as { error?: string };
  return error === LAST_WORD;
}

/** GET agrees with every event about the asset's state and, if it is active, since when. */
async function assertReadAsHeard({ apiUrls }: Stage, { submissions, heard }: Outcome) {
  const eventsOf = Map.groupBy(heard.map(({ event }) => event), ({ assetId }) => assetId);
  await Promise.all(submissions.map(async ({ user, assetId }, nth) => {
    const apiUrl = apiUrls[nth % apiUrls.length] ?? "";
    const { data } = (await user.get(apiUrl, `/api/assets/${assetId}`)).body;
    for (const { status, timestamp } of eventsOf.get(assetId) ?? []) {
      assert.equal(status, data.status);
      if (status === "active") assert.equal(timestamp, data.aiMetadata.processedAt);
    }
  }));
}

/** Their ids in order, to be compared. */
export function assetIds(all: readonly { readonly assetId: string }[]): string[] {
  return all.map(({ assetId }) => assetId).sort();
}
