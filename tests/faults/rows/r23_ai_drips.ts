import type { Row } from "../row.ts";
import { IMPATIENT } from "../world/settings.ts";
import { meetOneByOne } from "./steps_ai.ts";

export const r23: Row = {
  id: "R23",
  fault: "AI answers one byte a second: the deadline covers the body",
  kind: "timed",
  withinMs: 15_000,
  world: { env: IMPATIENT },
  inject: async (round) =>
    void await meetOneByOne(round, [
      { fault: { kind: "drip" }, status: "failed", calls: 3, code: "ai_timeout" },
      { fault: { kind: "drip", times: 1 }, status: "active", calls: 2 },
    ]),
};
