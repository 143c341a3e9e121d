import { setTimeout as pause } from "node:timers/promises";
import type { Row } from "../row.ts";
import { userHas } from "./steps.ts";

const AWAY_MS = 60_000;
/** "Within seconds", and what two slow cores take on top. */
const RESUMED_WITHIN_MS = 15_000;

export const r48: Row = {
  id: "R48",
  fault: "AI away for a minute: 20 jobs wait, none is given up, and they go on within seconds",
  kind: "timed",
  withinMs: 30_000,
  // By the circuit breaker, or the call that it sends ahead.
  rules: { callsGivenBack: 1 },
  async inject(round) {
    const links = round.world.workers.map(({ links }) => links.ai);
    for (const link of links) link.cut();
    await round.submitMany(20);
    await pause(AWAY_MS);
    for (const link of links) link.restore();
    round.faultOver();
    const isResumed = () => userHas(round, 1, "active");
    await round.until("the first result after the return", isResumed, RESUMED_WITHIN_MS);
  },
};
