import type { Row } from "../row.ts";
import { IMPATIENT } from "../world/settings.ts";
import { meetOneByOne } from "./steps_ai.ts";

export const r22: Row = {
  id: "R22",
  fault: "AI takes the call and never answers",
  kind: "timed",
  withinMs: 15_000,
  world: { env: IMPATIENT },
  inject: async (round) =>
    void await meetOneByOne(round, [
      { fault: { kind: "hang" }, status: "failed", calls: 3, code: "ai_timeout" },
      { fault: { kind: "hang", times: 1 }, status: "active", calls: 2 },
    ]),
};
