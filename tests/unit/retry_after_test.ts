import assert from "node:assert/strict";
import { retryAfterMs } from "../../src/ai/retry_after.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");

Deno.test("Retry-After is read as seconds or as a date", () => {
  assert.equal(retryAfterMs("5", NOW), 5000);
  assert.equal(retryAfterMs(" 86400 ", NOW), 86_400_000);
  assert.equal(retryAfterMs("Thu, 01 Jan 2026 00:00:30 GMT", NOW), 30_000);
});

Deno.test("Retry-After that is missing, past or nonsense asks for nothing", () => {
  const asked = [null, "", "0", "-5", "soon", "1.5", "Wed, 31 Dec 2025 23:59:59 GMT"];
  for (const header of asked) assert.equal(retryAfterMs(header, NOW), undefined, String(header));
});
