import type { Row } from "../row.ts";
import { type AiCase, meetOneByOne } from "./steps_ai.ts";

const CASES = [500, 502, 503].flatMap((status): AiCase[] => [
  { fault: { kind: "status", status }, status: "failed", calls: 3, code: "ai_unavailable" },
  { fault: { kind: "status", status, times: 1 }, status: "active", calls: 2 },
]);

export const r19: Row = {
  id: "R19",
  fault: "AI answers 500, 502, 503: always, and once",
  kind: "timed",
  withinMs: 15_000,
  inject: async (round) => void await meetOneByOne(round, CASES),
};
