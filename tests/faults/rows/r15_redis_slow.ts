import { setTimeout as pause } from "node:timers/promises";
import type { Row } from "../row.ts";

export const r15: Row = {
  id: "R15",
  fault: "Redis slow (200 ms each way), then cut every 2 s",
  kind: "timed",
  withinMs: 30_000,
  world: { env: { LOCK_DURATION_MS: "4000" } },
  // By the loss of its lock, should two slow cores make the delay or a cut that long.
  rules: { callsGivenBack: 4 },
  async inject(round) {
    const { apis, workers } = round.world;
    const links = [...apis, ...workers].map(({ links }) => links.redis);
    for (const link of links) link.delay(200);
    await round.submitMany(8);
    for (const link of links) link.restore();
    const sent = [];
    for (let cuts = 0; cuts < 3; cuts++) {
      sent.push(...await round.submitMany(3));
      await pause(2000 * (0.8 + 0.4 * round.random()));
      for (const link of links) link.drop();
    }
    round.faultOver();
  },
};
