import assert from "node:assert/strict";
import {
  type Backlog,
  createBackPressure,
  type MeasureBacklog,
  secondsUntilBelow,
} from "../../src/assets/back_pressure.ts";
import { AssetError } from "../../src/assets/errors.ts";
import { assetErrorOf } from "../support/failures.ts";

const NOW = Date.UTC(2025, 11, 28);
const OFF = { maxWaiting: 0, maxAgeMs: 0 };

/** A backlog whose first job was submitted so many seconds ago. */
function backlog(waiting: number, seconds: number, endedInMinute: number): Backlog {
  return { waiting, firstSubmittedAt: new Date(NOW - seconds * 1000), endedInMinute };
}

const FULL = { waiting: 5, firstSubmittedAt: new Date(0), endedInMinute: 60 };

Deno.test("as many waiting jobs as the limit says are too many, one less is not", () => {
  const limits = { ...OFF, maxWaiting: 10 };
  assert.equal(secondsUntilBelow(limits, backlog(9, 999, 60), NOW), undefined);
  assert.equal(secondsUntilBelow(limits, backlog(10, 0, 60), NOW), 1);
});

Deno.test("the time until few enough wait is how many are too many by how fast jobs end", () => {
  const limits = { ...OFF, maxWaiting: 10 };
  assert.equal(secondsUntilBelow(limits, backlog(29, 0, 60), NOW), 20);
  assert.equal(secondsUntilBelow(limits, backlog(29, 0, 120), NOW), 10);
  assert.equal(secondsUntilBelow(limits, backlog(29, 0, 7), NOW), 172);
});

Deno.test("the first may wait as long as the limit says, and no longer; without one nothing is old", () => {
  const limits = { ...OFF, maxAgeMs: 30_000 };
  assert.equal(secondsUntilBelow(limits, backlog(999, 30, 60), NOW), undefined);
  assert.notEqual(secondsUntilBelow(limits, backlog(1, 30.001, 60), NOW), undefined);
  assert.equal(secondsUntilBelow(limits, { waiting: 999, endedInMinute: 0 }, NOW), undefined);
});

Deno.test("when jobs end faster than they came, the first is soon one that is young enough", () => {
  const limits = { ...OFF, maxAgeMs: 60_000 };
  // 2 a second came, 4 a second end: each second what is first is one second younger.
  assert.equal(secondsUntilBelow(limits, backlog(140, 70, 240), NOW), 10);
});

Deno.test("when jobs end no faster than they came, all that wait now have to go first", () => {
  const limits = { ...OFF, maxAgeMs: 60_000 };
  assert.equal(secondsUntilBelow(limits, backlog(140, 70, 120), NOW), 70);
  assert.equal(secondsUntilBelow(limits, backlog(140, 70, 60), NOW), 140);
  assert.equal(secondsUntilBelow(limits, backlog(140, 70, 121), NOW), 70);
});

Deno.test("of two limits the one that takes longer counts", () => {
  const full = backlog(140, 70, 240);
  assert.equal(secondsUntilBelow({ maxWaiting: 101, maxAgeMs: 60_000 }, full, NOW), 10);
  assert.equal(secondsUntilBelow({ maxWaiting: 1, maxAgeMs: 60_000 }, full, NOW), 35);
});

Deno.test("while no job ends the time is a minute; it is never less than a second or more than five minutes", () => {
  const limits = { ...OFF, maxWaiting: 1 };
  assert.equal(secondsUntilBelow(limits, backlog(1_000_000, 0, 0), NOW), 60);
  assert.equal(secondsUntilBelow(limits, backlog(1_000_000, 0, 1), NOW), 300);
  assert.equal(secondsUntilBelow(limits, backlog(1, 0, 1_000_000), NOW), 1);
});

Deno.test("what is too much is refused, with the time to try again", async () => {
  const admit = createBackPressure({ ...OFF, maxWaiting: 5 }, () => Promise.resolve(FULL));
  const { retryAfterMs, message } = await assetErrorOf(admit(), "overloaded");
  assert.equal(retryAfterMs, 1000);
  assert.match(message, /^5 jobs wait, the first since 1970-.*; 60 ended in the last minute$/);
  await createBackPressure({ ...OFF, maxWaiting: 6 }, () => Promise.resolve(FULL))();
});

Deno.test("without a limit nothing is measured", async () => {
  await createBackPressure(OFF, () => assert.fail("measured"))();
});

/** Counts how often it is asked; the answers are for the test to give. */
function gauge() {
  const asked: PromiseWithResolvers<Backlog>[] = [];
  const measure: MeasureBacklog = () => {
    const answer = Promise.withResolvers<Backlog>();
    asked.push(answer);
    return answer.promise;
  };
  let now = 0;
  const admit = createBackPressure({ ...OFF, maxWaiting: 5 }, measure, () => now);
  return { asked, admit, pass: (milliseconds: number) => now += milliseconds };
}

Deno.test("a measurement serves all who come while it is made and for a second after it", async () => {
  const { asked, admit, pass } = gauge();
  const early = [admit(), admit()];
  pass(5000);
  early.push(admit());
  assert.equal(asked.length, 1);
  asked[0]?.resolve({ ...FULL, waiting: 0 });
  await Promise.all(early);
  pass(999);
  await admit();
  assert.equal(asked.length, 1);
  pass(1);
  const refused = [admit(), admit()];
  assert.equal(asked.length, 2);
  asked[1]?.resolve(FULL);
  for (const admission of refused) await assetErrorOf(admission, "overloaded");
});

Deno.test("a measurement that fails fails all who waited for it, and nobody later", async () => {
  const { asked, admit } = gauge();
  const early = [admit(), admit()];
  asked[0]?.reject(new AssetError("service_unavailable", "On demand"));
  for (const admission of early) await assetErrorOf(admission, "service_unavailable");
  const later = admit();
  asked[1]?.resolve({ ...FULL, waiting: 0 });
  await later;
});

Deno.test("it is measured anew once as many were admitted as there was room for", async () => {
  const { asked, admit } = gauge();
  const first = admit();
  asked[0]?.resolve({ ...FULL, waiting: 3 });
  await first;
  await admit();
  assert.equal(asked.length, 1);
  const third = admit();
  asked[1]?.resolve({ ...FULL, waiting: 3 });
  await third;
  await admit();
  const refused = admit();
  assert.equal(asked.length, 3);
  asked[2]?.resolve(FULL);
  await assetErrorOf(refused, "overloaded");
  await assetErrorOf(admit(), "overloaded");
  assert.equal(asked.length, 3);
});
