import { setTimeout as pause } from "node:timers/promises";
import type { Round } from "../round.ts";
import type { Row } from "../row.ts";
import { at, documentsOf, expectEnd, holdCalls, submitHeld } from "./steps.ts";
import { duringOutage, expectReadiness } from "./steps_outage.ts";

/** At the moment of the stop, at every step of a submission. */
const UNDER_WAY = 20;
/**
 * Longer than a submission waits for a write, so that MongoDB finds it along with what takes it back;
 * and longer than it may wait for both.
 */
const STOPPED_MS = [6000, 10_000];

export const r17: Row = {
  id: "R17",
  fault: "mongod stopped (SIGSTOP): what is saved late is neither asked for twice nor accepted",
  kind: "timed",
  withinMs: 30_000,
  async inject(round) {
    const { apis, mongo } = round.world;
    await holdCalls(round);
    const held = await submitHeld(round, 8);
    const links = apis.map(({ links }) => links.store);
    for (const link of links) link.delay(100);
    const underWay: Promise<unknown>[] = [];
    for (let sent = 0; sent < UNDER_WAY; sent += 2) {
      underWay.push(round.submitMany(2));
      await pause(80 * round.random());
    }
    mongo.freeze();
    await round.clearFaults();
    const stoppedMs = at(STOPPED_MS, round.number % STOPPED_MS.length);
    underWay.push(duringOutage(round, stoppedMs));
    await Promise.all([pause(stoppedMs), expectReadiness(round, 503)]);
    mongo.thaw();
    for (const link of links) link.restore();
    round.faultOver();
    await expectReadiness(round, 200);
    await Promise.all(underWay);
    await round.submitMany(2);
    for (const id of held) await expectEnd(round, id, { status: "active", calls: 1 });
  },
  verify: expectRefusedIsNothing,
};

/** What was answered 503 is not there for its owner, and nobody hears of an end of it. */
async function expectRefusedIsNothing(round: Round): Promise<void> {
  const { operations, devices } = round;
  const accepted = new Set(
    operations.filter(({ status }) => status === 202)
      .map(({ assetId }) => assetId),
  );
  for (const document of await documentsOf(round, round.user)) {
    const id = document._id.toHexString();
    const told = `${id} was refused and is ${document["status"]}`;
    const isHidden = document["status"] === "draft" || document["deletedAt"];
    round.expect(accepted.has(id) || isHidden, "I7", told);
  }
  for (const { name, heard } of devices) {
    for (const { assetId } of heard) {
      round.expect(accepted.has(assetId), "I7", `${name} heard of ${assetId}, which was refused`);
    }
  }
}
