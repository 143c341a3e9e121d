import { freePort } from "../../../dev/services/start_server.ts";
import { serveRawText } from "../../support/http_answers.ts";
import type { Round } from "../round.ts";
import type { Row } from "../row.ts";
import { at, expectEnd, submitOne } from "./steps.ts";

export const r27: Row = {
  id: "R27",
  fault: "AI resets, refuses, fails at TLS, has no address",
  kind: "timed",
  withinMs: 15_000,
  world: { workers: 1 },
  async inject(round) {
    await using resetting = serveRawText("");
    const { ai } = round.world;
    const tls = ai.url.replace("http:", "https:");
    for (const url of [resetting.url, `http://127.0.0.1:${freePort()}`, tls, "http://ai.invalid"]) {
      await failAt(round, url);
    }
  },
};

/** Every attempt goes there; nothing of it is on the AI's record. */
async function failAt(round: Round, url: string) {
  const worker = at(round.world.workers, 0);
  await worker.terminate();
  await worker.start({ AI_SERVICE_URL: url });
  const assetId = await submitOne(round, { mayFail: true });
  await expectEnd(round, assetId, { status: "failed", calls: 0, code: "ai_unavailable" });
  await worker.terminate();
  await worker.start();
  await expectEnd(round, await submitOne(round), { status: "active", calls: 1 });
}
