import type { Row } from "../row.ts";
import { type AiCase, meetOneByOne } from "./steps_ai.ts";

const CODES = { 400: "ai_rejected", 401: "ai_unauthorized", 422: "ai_rejected" };

const CASES = Object.entries(CODES).map(([status, code]): AiCase => ({
  fault: { kind: "status", status: Number(status) },
  ...{ status: "failed", calls: 1, code },
}));

export const r20: Row = {
  id: "R20",
  fault: "AI answers 400, 401, 422: one call, no more",
  kind: "timed",
  withinMs: 15_000,
  inject: async (round) => void await meetOneByOne(round, CASES),
};
