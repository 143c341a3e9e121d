import type { Round } from "../round.ts";
import type { Row } from "../row.ts";
import { documentOf } from "./steps.ts";
import { type AiCase, meetOneByOne } from "./steps_ai.ts";

const DETECTED = `{"value":"x","confidence":0.5,"extra":"y"}`;
const GOOD = `"brand":${DETECTED},"model":${DETECTED},"colorway":${DETECTED},` +
  `"processedImageUrl":"https://example.com/x.png"`;
const DEEP = "[".repeat(10_000) + "]".repeat(10_000);

const BAD = [
  `{"brand":{"value":"x","confidence":NaN}}`,
  `{${GOOD.replaceAll("0.5", "1e999")}}`,
  `{${GOOD.replaceAll(`"x"`, "{}")}}`,
  DEEP,
  `null`,
].map((text): AiCase => ({
  ...{ fault: { kind: "answer", text, times: 1 }, status: "active", calls: 2 },
}));

const SURPRISING = [
  `{"deep":${DEEP},${GOOD}}`,
  `{"__proto__":{"isPolluted":true},"constructor":{"prototype":{"isPolluted":true}},${GOOD}}`,
  `{"$set":{"userId":"x"},"_id":1,"status":"failed",${GOOD}}`,
].map((text): AiCase => ({
  ...{ fault: { kind: "answer", text }, status: "active", calls: 1 },
}));

export const r25: Row = {
  id: "R25",
  fault: "AI answers out of schema: NaN, extra keys, 10,000 levels, __proto__",
  kind: "timed",
  withinMs: 15_000,
  async inject(round) {
    await meetOneByOne(round, BAD);
    const ids = await meetOneByOne(round, SURPRISING);
    for (const id of ids) await expectPlain(round, id);
  },
};

/** Nothing is stored beyond the schema. */
async function expectPlain(round: Round, assetId: string) {
  const metadata = (await documentOf(round, assetId))?.["aiMetadata"] ?? {};
  const keys = Object.keys(metadata).sort().join();
  round.expect(keys === "brand,colorway,model,processedAt", "schema", `${assetId} has ${keys}`);
  const inner = Object.keys(metadata["brand"] ?? {}).sort().join();
  round.expect(inner === "confidence,value", "schema", `a brand has ${inner}`);
}
