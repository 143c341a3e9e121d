import { serveAnswers } from "../../support/http_answers.ts";
import type { Row } from "../row.ts";
import { type AiCase, meetOneByOne } from "./steps_ai.ts";

export const r28: Row = {
  id: "R28",
  fault: "AI redirects to addresses of the inside: nobody goes there",
  kind: "timed",
  withinMs: 15_000,
  async inject(round) {
    let visits = 0;
    await using inside = serveAnswers(() => {
      visits++;
      return Response.json({});
    });
    const { port } = new URL(inside.url);
    const places = [inside.url, `http://localhost:${port}/x`, `//127.0.0.1:${port}/`];
    await meetOneByOne(
      round,
      places.map((location): AiCase => ({
        fault: { kind: "redirect", location },
        ...{ status: "failed", calls: 3, code: "ai_bad_response" },
      })),
    );
    round.expect(visits === 0, "redirect", `the place inside had ${visits} visits`);
  },
};
