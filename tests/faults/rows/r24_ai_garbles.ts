import type { Row } from "../row.ts";
import { type AiCase, meetOneByOne } from "./steps_ai.ts";

const FAULTS = [{ kind: "bad_json" }, { kind: "bad_utf8" }, { kind: "answer", text: "" }, {
  kind: "cut",
}];

const CASES = FAULTS.map((fault): AiCase => ({
  ...{ fault: { ...fault, times: 1 }, status: "active", calls: 2 },
}));

export const r24: Row = {
  id: "R24",
  fault: "AI answers cut JSON, invalid UTF-8, nothing at all",
  kind: "timed",
  withinMs: 15_000,
  inject: async (round) =>
    void await meetOneByOne(round, [
      ...CASES,
      { fault: { kind: "bad_json" }, status: "failed", calls: 3, code: "ai_bad_response" },
    ]),
};
