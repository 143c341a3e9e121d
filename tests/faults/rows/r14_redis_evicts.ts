import type { Row } from "../row.ts";
import { evictingRedis } from "../world/servers.ts";

export const r14: Row = {
  id: "R14",
  fault: "Redis with a policy that throws keys away (allkeys-lru): it is warned of",
  kind: "timed",
  withinMs: 20_000,
  world: { redis: evictingRedis },
  async inject(round) {
    await round.submitMany(5);
    for (const { name, lines } of [...round.world.apis, ...round.world.workers]) {
      const isWarned = lines.some(({ msg, level }) =>
        ["warn", "error"].includes(level) && /eviction|maxmemory-policy/i.test(msg)
      );
      round.expect(isWarned, "warning", `${name} has not warned of the policy`);
    }
  },
};
