import { setTimeout as pause } from "node:timers/promises";
import type { Row } from "../row.ts";
import { acceptedIds, at, expectEnd, userHas } from "./steps.ts";

const COUNT = 100;

export const r36: Row = {
  id: "R36",
  fault: `${COUNT} dead letters replayed at once, beside a live load`,
  kind: "timed",
  withinMs: 60_000,
  async inject(round) {
    const api = at(round.world.apis, 0);
    await round.orderFault({ kind: "status", status: 400, category: "lego" });
    const failed: string[] = [];
    while (failed.length < COUNT) {
      const options = { category: "lego", mayFail: true } as const;
      failed.push(...acceptedIds(await round.submitMany(10, options)));
    }
    await round.until("the failures", () => userHas(round, COUNT, "failed"), 60_000);
    await round.clearFaults();
    const live = (async () => {
      for (let sent = 0; sent < 20; sent += 2) {
        await round.submitMany(2);
        await pause(200);
      }
    })();
    const response = await fetch(`${api.url}/api/assets/dead-letter/replay`, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${round.admin.token}`,
        "Content-Type": "application/json",
      },
      body: JSON.stringify({ limit: COUNT }),
    });
    const told = await response.text();
    const isAll = response.status === 202 && JSON.parse(told).data.replayed === COUNT;
    round.expect(isAll, "I1", `bulk replay answered ${response.status}: ${told}`);
    await live;
    round.faultOver();
    for (const id of failed) await expectEnd(round, id, { status: "active", calls: 2 });
  },
};
