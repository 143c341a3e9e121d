import type { Row } from "../row.ts";
import { forgetfulRedis } from "../world/servers.ts";
import { holdCalls, statusOf, submitHeld, submitOne } from "./steps.ts";
import { duringOutage } from "./steps_outage.ts";

export const r11: Row = {
  id: "R11",
  fault: "Redis killed, and back with nothing",
  kind: "kill",
  withinMs: 30_000,
  world: { redis: forgetfulRedis },
  // By the loss of its lock.
  rules: { callsGivenBack: 1 },
  async inject(round) {
    const { redis } = round.world;
    await round.orderFault({ kind: "status", status: 400, category: "lego" });
    const failed = await submitOne(round, { category: "lego", mayFail: true });
    await round.until("a dead letter", async () => await statusOf(round, failed) === "failed");
    await holdCalls(round);
    await submitHeld(round, 8);
    await redis.kill();
    await duringOutage(round);
    await round.clearFaults();
    await redis.restart({ isEmpty: true });
    round.faultOver();
    await round.submitMany(2);
  },
};
