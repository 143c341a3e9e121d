import assert from "node:assert/strict";
import {
  type Asset,
  CATEGORIES,
  jobIdOf,
  STATUSES,
  statusesBefore,
} from "../../src/assets/asset.ts";
import { assetProcessed } from "../../src/assets/asset_processed.ts";
import { asAssetError, AssetError } from "../../src/assets/errors.ts";
import { isImageUrl } from "../../src/assets/image_url.ts";
import { readAsset } from "../../src/assets/read_assets.ts";
import { assetErrorOf } from "../support/failures.ts";
import { ANALYSIS, memoryPorts, newAsset, storeProcessing } from "../support/memory_ports.ts";
import { newUserId } from "../support/tokens.ts";

const ASSET_ID = "507f1f77bcf86cd799439011";
const settledAt = new Date("2025-12-28T10:30:00.000Z");

Deno.test("T005 categories and statuses are those of the data model", () => {
  assert.deepEqual(CATEGORIES, ["sneaker", "lego", "camera", "other"]);
  assert.deepEqual(
    [...STATUSES],
    ["draft", "processing", "partial", "active", "archived", "failed"],
  );
});

Deno.test("an asset goes draft -> processing -> active or failed, from failed again, and back to draft", () => {
  const before = Object.fromEntries(STATUSES.map((status) => [status, statusesBefore(status)]));
  assert.deepEqual(before, {
    draft: ["draft", "processing"],
    processing: ["draft", "failed"],
    active: ["processing"],
    failed: ["processing"],
    partial: [],
    archived: [],
  });
});

Deno.test("a job's id names the asset and its run", () => {
  assert.equal(jobIdOf(ASSET_ID, 1), `asset-${ASSET_ID}-1`);
  assert.equal(jobIdOf(ASSET_ID, 12), `asset-${ASSET_ID}-12`);
});

Deno.test("T031 T035 the event of a success is that of the data model, to the letter", () => {
  const asset = newAsset({ id: ASSET_ID, status: "active", analysis: ANALYSIS, settledAt });
  assert.deepEqual(assetProcessed(asset), {
    event: "asset_processed",
    assetId: ASSET_ID,
    status: "active",
    aiMetadata: {
      brand: { value: "Nike", confidence: 0.95 },
      model: { value: "Air Jordan 1", confidence: 0.88 },
      colorway: { value: "Chicago", confidence: 0.82 },
    },
    processedImageUrl: "https://res.cloudinary.com/demo/processed.png",
    timestamp: "2025-12-28T10:30:00.000Z",
  });
});

Deno.test("T032 T036 the event of a failure is that of the data model, to the letter", () => {
  const failure = { code: "ai_timeout", message: "It took too long.", retryable: true } as const;
  const asset = newAsset({ id: ASSET_ID, status: "failed", failure, settledAt });
  assert.deepEqual(assetProcessed(asset), {
    event: "asset_processed",
    assetId: ASSET_ID,
    status: "failed",
    error: "It took too long.",
    timestamp: "2025-12-28T10:30:00.000Z",
  });
});

Deno.test("an asset that is not settled has no event", () => {
  const { asset } = storeProcessing(memoryPorts());
  const unsettled: Asset[] = [newAsset(), asset, { ...asset, analysis: ANALYSIS }];
  for (const asset of unsettled) assert.throws(() => assetProcessed(asset), TypeError);
});

Deno.test("what has no code of its own is an internal error that may be tried again", () => {
  const cause = new RangeError("odd");
  const error = asAssetError(cause);
  assert.deepEqual([error.code, error.retryable, error.cause], ["internal_error", true, cause]);
  const coded = new AssetError("ai_rejected", "No");
  assert.equal(asAssetError(coded), coded);
  assert.equal(coded.retryable, false);
});

Deno.test("a picture is read over https, and in development from this machine", () => {
  const anywhere = ["https://example.com/a.png", "HTTPS://EXAMPLE.com/a", "https://127.0.0.1/a"];
  const here = [
    "http://127.0.0.1:3000/a",
    "http://127.1.2.3/a",
    "http://localhost/a",
    "http://[::1]/",
  ];
  const nowhere = [
    ...["", "x", "/a.png", "ftp://example.com/a", "javascript:alert(1)", "data:image/png,x"],
    ...["http://example.com/a", "http://10.0.0.1/a", "http://127.0.0.1.example.com/a"],
    ...["http://localhost.example.com/a", "http://localhost@example.com/a", "http://[::2]/a"],
    ...["https:example.com/a", " https://example.com/a", "https://example.com/a\n"],
  ];
  for (const allowLoopback of [true, false]) {
    const accepted = (url: string) => isImageUrl(url, { allowLoopback });
    assert.deepEqual(anywhere.filter(accepted), anywhere);
    assert.deepEqual(here.filter(accepted), allowLoopback ? here : []);
    assert.deepEqual(nowhere.filter(accepted), []);
  }
});

Deno.test("an asset is read by its owner and by an admin", async () => {
  const ports = memoryPorts();
  const { asset } = storeProcessing(ports);
  const owner = { userId: asset.userId, isAdmin: false };
  const admin = { userId: newUserId(), isAdmin: true };
  assert.deepEqual(await readAsset(ports, owner, asset.id), asset);
  assert.deepEqual(await readAsset(ports, admin, asset.id), asset);
});

Deno.test("another user's asset, a draft and an unknown one are not found alike", async () => {
  const ports = memoryPorts();
  const { asset } = storeProcessing(ports);
  const draft = await ports.assets.insertDraft(newAsset());
  const stranger = { userId: newUserId(), isAdmin: false };
  const owner = { userId: draft.userId, isAdmin: true };
  await assetErrorOf(readAsset(ports, stranger, asset.id), "not_found");
  await assetErrorOf(readAsset(ports, owner, draft.id), "not_found");
  await assetErrorOf(readAsset(ports, owner, newUserId()), "not_found");
});
