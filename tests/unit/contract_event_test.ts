import assert from "node:assert/strict";
import eventSchema from "../../contracts/asset-processed-event.schema.json" with { type: "json" };
import { assetProcessed } from "../../src/assets/asset_processed.ts";
import { assetProcessedEvent } from "../../src/contract/asset_processed_event.ts";
import { assertEvent } from "../support/contract.ts";
import { ANALYSIS, newAsset } from "../support/memory_ports.ts";
import { FAILURE, SUCCESS } from "../support/sample_events.ts";
import { isAccepted } from "../support/schema_agreement.ts";

const settledAt = new Date("2025-12-28T10:30:00.000Z");
const accepts = (event: unknown) => isAccepted(assetProcessedEvent, assertEvent, event);

Deno.test("T031 the event of a success is a SuccessEvent", () => {
  assert.ok(accepts(SUCCESS));
  assert.deepEqual(assetProcessedEvent.parse(SUCCESS), SUCCESS);
  const asset = newAsset({ status: "active", analysis: ANALYSIS, settledAt });
  assert.ok(accepts(assetProcessed(asset)));
  for (const confidence of [0, 1]) {
    const brand = { value: "", confidence };
    assert.ok(accepts({ ...SUCCESS, aiMetadata: { ...SUCCESS.aiMetadata, brand } }));
  }
});

Deno.test("T032 the event of a failure is a FailureEvent", () => {
  assert.ok(accepts(FAILURE));
  assert.deepEqual(assetProcessedEvent.parse(FAILURE), FAILURE);
  const failure = { code: "ai_timeout", message: "It took too long.", retryable: true } as const;
  assert.ok(accepts(assetProcessed(newAsset({ status: "failed", failure, settledAt }))));
});

Deno.test("T031 T032 an event with a field less or more, or of both kinds, is refused", () => {
  for (const event of [SUCCESS, FAILURE]) {
    for (const name of Object.keys(event)) {
      assert.ok(!accepts({ ...event, [name]: undefined }), name);
    }
    assert.ok(!accepts({ ...event, userId: "507f191e810c19729de860ea" }));
  }
  assert.ok(!accepts({ ...SUCCESS, ...FAILURE }));
  assert.ok(!accepts({ ...SUCCESS, status: "failed" }));
  assert.ok(!accepts({ ...FAILURE, status: "active" }));
  for (const nothing of [{}, null, [], "text"]) assert.ok(!accepts(nothing));
});

Deno.test("T031 T032 an event with a field that is no such thing is refused", () => {
  const { aiMetadata } = SUCCESS;
  const { colorway: _, ...incomplete } = aiMetadata;
  const wrong: Record<string, unknown>[] = [
    ...[{ event: "asset_failed" }, { assetId: "42" }, { status: "processing" }],
    ...[{ timestamp: "now" }, { timestamp: "2025-12-28" }, { timestamp: settledAt.getTime() }],
    ...[{ processedImageUrl: "" }, { processedImageUrl: "http://example.com/a.png" }],
    ...[{ aiMetadata: incomplete }, { aiMetadata: { ...aiMetadata, processedAt: "now" } }],
    ...[{ value: "Nike" }, { value: "Nike", confidence: 1.01 }, { value: "Nike", confidence: "1" }]
      .map((brand) => ({ aiMetadata: { ...aiMetadata, brand } })),
    { aiMetadata: { ...aiMetadata, model: { value: "x", confidence: 1, extra: true } } },
  ];
  for (const fields of wrong) assert.ok(!accepts({ ...SUCCESS, ...fields }), Deno.inspect(fields));
  assert.ok(!accepts({ ...FAILURE, error: null }));
});

Deno.test("T031 T032 the schema file names SuccessEvent and FailureEvent", () => {
  const names = eventSchema.oneOf.map(({ $ref }) => $ref);
  assert.deepEqual(names, ["#/$defs/SuccessEvent", "#/$defs/FailureEvent"]);
  assert.equal(eventSchema.$schema, "https://json-schema.org/draft/2020-12/schema");
  assert.deepEqual(eventSchema.$defs.SuccessEvent.required, Object.keys(SUCCESS));
  assert.deepEqual(eventSchema.$defs.FailureEvent.required, Object.keys(FAILURE));
});
