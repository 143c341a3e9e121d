import type { Row } from "../row.ts";
import { acceptedIds, expectEnd } from "./steps.ts";

export const r34: Row = {
  id: "R34",
  fault: "a hasty reconciler beside slow calls: nothing that lives is settled or doubled",
  kind: "timed",
  withinMs: 20_000,
  world: {
    env: {
      RECONCILE_INTERVAL_MS: "100",
      RECONCILE_AFTER_MS: "300",
      IMAGE_STORE_TIMEOUT_MS: "250",
    },
  },
  async inject(round) {
    await round.orderFault({ kind: "slow", delayMs: 1500 });
    const ids = acceptedIds(await round.submitMany(20));
    for (const id of ids) await expectEnd(round, id, { status: "active", calls: 1 });
    await round.clearFaults();
  },
};
