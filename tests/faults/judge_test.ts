import assert from "node:assert/strict";
import type { Operation } from "./client/history.ts";
import type { Evidence } from "./judge/evidence.ts";
import { isAtRest, judge } from "./judge/judge.ts";
import {
  ASSET,
  call,
  device,
  document,
  failed,
  heard,
  history,
  JOB,
  OTHER,
  process,
  refusal,
  START,
  submission,
} from "./made_up_history.ts";
import type { ProcessRecord } from "./world/role_slot.ts";

/** Holds the judgement to one violation, of that invariant and in such words. */
function assertFound(change: Partial<Evidence>, invariant: string, words: RegExp): void {
  const violations = judge(history(change));
  const found = violations.filter((violation) => words.test(violation.what));
  assert.deepEqual(found.map((violation) => violation.invariant), [invariant], words.source);
}

Deno.test("a history in which all is well has no violation", () => {
  assert.deepEqual(judge(history()), []);
  assert.ok(isAtRest(history()));
});

Deno.test("a history of a failure that was meant has no violation", () => {
  const change: Partial<Evidence> = {
    operations: [submission({ mayFail: true })],
    documents: [failed()],
    deadLetters: [JOB],
    devices: [device({ heard: [heard({ status: "failed" })] })],
  };
  assert.deepEqual(judge(history(change)), []);
});

Deno.test("I1 what was answered 202 may not be gone, nor stay unfinished, nor fail without a reason", () => {
  assertFound({ documents: [], namedImages: new Set(["image"]) }, "I1", /answered 202 and is gone/);
  assertFound({ documents: [document({ status: "processing" })] }, "I1", /202 and is still/);
  assertFound({ documents: [failed()], deadLetters: [JOB] }, "I1", /has failed \(ai_rejected\)/);
});

Deno.test("I1 what its owner deleted is rightly gone", () => {
  const operations = [submission(), submission({ kind: "delete", status: 204 })];
  assert.deepEqual(judge(history({ operations, documents: [], images: [] })), []);
});

Deno.test("I2 every device hears of every end, once on a connection and in order", () => {
  assertFound({ devices: [device({ heard: [] })] }, "I2", /never heard/);
  assertFound({ devices: [device({ heard: [heard(), heard()] })] }, "I2", /heard twice on one/);
  const wrong = [heard({ status: "failed" })];
  assertFound({ devices: [device({ heard: wrong })] }, "I2", /wrong state/);
  const later = heard({ timestamp: "2026-11-24T12:00:11.000Z" });
  assertFound({ devices: [device({ heard: [later, heard()] })] }, "I2", /after a later one/);
  assertFound({ devices: [device({ heard: [heard(), later] })] }, "I2", /2 ends .* had 1 runs/);
});

Deno.test("I2 a double on another connection is the client's to tell", () => {
  const devices = [device({ heard: [heard(), heard({ connection: 2 })] })];
  assert.deepEqual(judge(history({ devices })), []);
});

Deno.test("I2 a device hears of every run of an asset", () => {
  const second = `asset-${ASSET}-2`;
  const operations = [
    submission({ mayFail: true }),
    submission({ kind: "replay", jobId: second, mayFail: true }),
  ];
  const documents = [document({ run: 2, jobId: second })];
  assertFound({ operations, documents }, "I2", /1 ends .* of which 2 runs ended/);
});

Deno.test("I2 no two assets of a user settle at the same time", () => {
  const twin = document({ id: "2".repeat(24), jobId: `asset-${"2".repeat(24)}-1` });
  const devices = [device({ heard: [heard(), heard({ assetId: twin.id })] })];
  assertFound({ documents: [document(), twin], devices }, "I2", /settled for/);
});

Deno.test("I3 no run has more calls than attempts, and no number comes again without a reason", () => {
  assertFound({ calls: [1, 2, 3, 4].map((n) => call(n)) }, "I3", /called 4 times/);
  assertFound({ calls: [call(1), call(1)] }, "I3", /called 2 times/);
  assertFound({ documents: [document({ aiCalls: 4 })] }, "I3", /counts 4 calls/);
  const rules = { ...history().rules, callsGivenBack: 1 };
  const calls = [1, 1, 2, 3].map((n) => call(n));
  assert.deepEqual(judge(history({ rules, calls })), []);
  assertFound({ rules, calls: [...calls, call(2)] }, "I3", /called 5 times/);
  assertFound({ rules, calls: [call(4)] }, "I3", /called 1 times \(4\)/);
});

Deno.test("I4 no draft, no image without its asset, no asset without its image, no open job", () => {
  const draft = document({ id: "3".repeat(24), status: "draft", settledAt: undefined });
  assertFound({ documents: [document(), draft] }, "I4", /still draft/);
  assertFound({ images: ["image", "other"] }, "I4", /image other has no asset/);
  assertFound({ images: [] }, "I4", /has lost its image/);
  assertFound({ openJobs: [JOB] }, "I4", /still waiting or active/);
  assertFound({ documents: [document({ isDeleted: true })] }, "I4", /not purged/);
});

Deno.test("I5 a failed asset has its dead letter, no other has one", () => {
  const operations = [submission({ mayFail: true })];
  assertFound({ operations, documents: [failed()] }, "I5", /is not in the queue/);
  const unmarked = failed({ deadLetterState: undefined });
  assertFound({ operations, documents: [unmarked] }, "I5", /without a dead letter/);
  assertFound({ deadLetters: [JOB] }, "I5", /has not failed/);
});

Deno.test("I6 nobody hears of an asset that is not theirs", () => {
  const devices = [device(), device({ userId: OTHER, heard: [heard()] })];
  assertFound({ devices }, "I6", /not theirs/);
  const unknown = heard({ assetId: "9".repeat(24) });
  assertFound({ devices: [device({ heard: [heard(), unknown] })] }, "I6", /not theirs/);
});

Deno.test("I7 what a refused request left is not half-made", () => {
  const operations = [submission(), refusal()];
  assert.deepEqual(judge(history({ operations })), []);
  const left = document({ id: "4".repeat(24), status: "processing", settledAt: undefined });
  assertFound({ operations, documents: [document(), left] }, "I4", /still processing/);
});

Deno.test("I8 no process dies by itself, complains, grows, or ends badly when asked to", () => {
  const at = (change: Partial<ProcessRecord>) => ({ processes: [process(change)] });
  assertFound(at({ endedAt: START + 1, exitCode: 1 }), "I8", /died \(exit code 1\)/);
  assertFound(at({ complaints: ["Unhandled rejection"] }), "I8", /said: Unhandled rejection/);
  assertFound(at({ peakMemoryBytes: 10_000_000 }), "I8", /10 MiB/);
  const asked = { ending: "terminated", endAskedAt: START + 200, endedAt: START + 300 } as const;
  assertFound(at({ ...asked, exitCode: 1 }), "I8", /ended with 1 after SIGTERM/);
  assertFound(at({ ...asked, exitCode: 0, endedAt: START + 5000 }), "I8", /took 4800 ms/);
  assert.deepEqual(judge(history(at({ ...asked, exitCode: 0 }))), []);
  assert.deepEqual(judge(history(at({ ...asked, ending: "killed", exitCode: 137 }))), []);
});

Deno.test("I8 every request is answered in time and properly", () => {
  const with_ = (change: Partial<Operation>) => ({ operations: [submission(), refusal(change)] });
  assertFound(with_({ endedAt: START + 9000 }), "I8", /answered 503 after 9000 ms/);
  assertFound(with_({ status: 500 }), "I8", /answered 500/);
  assertFound(with_({ headers: new Headers() }), "I8", /without Retry-After/);
  assertFound(with_({ endedAt: 0 }), "I8", /has no end/);
  const silent = { status: 0, outcome: "unknown", error: "cut" } as const;
  assertFound(with_(silent), "I8", /was unknown: cut/);
  const killed = process({ ending: "killed", endAskedAt: START + 50, endedAt: START + 60 });
  assert.deepEqual(judge(history({ ...with_(silent), processes: [killed] })), []);
  const ended = { ending: "terminated", endedAt: START + 60, exitCode: 0 } as const;
  for (const [endAskedAt, faults] of [[START + 50, 1], [START - 10, 0]] as const) {
    const processes = [process({ ...ended, endAskedAt })];
    assert.equal(judge(history({ ...with_(silent), processes })).length, faults);
  }
});

Deno.test("I8 a connection is refused only by an API that starts or ends", () => {
  const operations = [submission(), refusal({ status: 0, outcome: "fail", error: "refused" })];
  assertFound({ operations }, "I8", /was fail: refused/);
  const ending = { ending: "terminated", endAskedAt: START - 10, endedAt: START, exitCode: 0 };
  const processes = [process(ending as Partial<ProcessRecord>)];
  assert.deepEqual(judge(history({ operations, processes })), []);
});

Deno.test("what time may mend is no violation yet, but no rest either", () => {
  const unfinished = history({ documents: [document({ status: "processing" })] });
  assert.ok(!isAtRest(unfinished));
  const doubled = history({ devices: [device({ heard: [heard(), heard()] })] });
  assert.ok(isAtRest(doubled));
});
