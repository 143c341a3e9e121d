import { setTimeout as pause } from "node:timers/promises";
import type { Row } from "../row.ts";
import { acceptedIds, at, expectEnd } from "./steps.ts";

/** How long a device is away; minutes are no different from seconds here. */
const AWAY_MS = [0, 1000, 4000];
const REPLAY_MS = 2000;

export const r30: Row = {
  id: "R30",
  fault: "device away when its assets end; back on the same API, and on another one",
  kind: "timed",
  withinMs: 15_000,
  async inject(round) {
    const { apis } = round.world;
    const [first, second] = [at(round.devices, 0), at(round.devices, 1)];
    for (const [nth, awayMs] of AWAY_MS.entries()) {
      first.disconnect();
      second.disconnect();
      const ids = acceptedIds(await round.submitMany(5));
      for (const id of ids) await expectEnd(round, id, { status: "active" });
      await pause(awayMs);
      await first.connect();
      await second.connect(at(apis, nth % 2).url);
      const hasAll = () =>
        [first, second].every((device) =>
          ids.every((id) => device.heard.some(({ assetId }) => assetId === id))
        );
      const caughtUp = round.until("the devices to hear what they missed", hasAll, REPLAY_MS);
      const isSo = await caughtUp.then(() => true, () => false);
      round.expect(isSo, "I2", `not all was replayed in ${REPLAY_MS} ms`);
    }
  },
};
