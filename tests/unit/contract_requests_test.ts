import assert from "node:assert/strict";
import type { z } from "zod";
import { CATEGORIES, STATUSES } from "../../src/assets/asset.ts";
import { encodeCursor } from "../../src/contract/cursor.ts";
import { assetsQuery, deadLettersQuery } from "../../src/contract/requests.ts";

const POSITION = { at: new Date("2025-12-28T10:30:00.000Z"), id: "507f1f77bcf86cd799439011" };
const CURSOR = encodeCursor(POSITION);

const STATUS_FAULT = "Status must be one of: draft, processing, partial, active, archived, failed";
const CATEGORY_FAULT = "Category must be one of: sneaker, lego, camera, other";
const LIMIT_FAULT = "Limit must be a whole number from 1 to 100";
const CURSOR_FAULT = "Cursor must be the nextCursor of an earlier answer";

/** What is told of each parameter that is not accepted. */
function faultsOf(schema: z.ZodType, query: unknown): Record<string, string> {
  const issues = schema.safeParse(query).error?.issues ?? [];
  return Object.fromEntries(issues.map(({ path, message }) => [path.join("."), message]));
}

Deno.test("a list's query is empty, or says what to show", () => {
  assert.deepEqual(assetsQuery.parse({}), { limit: 20 });
  const query = { status: "active", category: "lego", limit: "5", cursor: CURSOR };
  assert.deepEqual(assetsQuery.parse(query), {
    status: "active",
    category: "lego",
    limit: 5,
    cursor: POSITION,
  });
  for (const status of STATUSES) assert.equal(assetsQuery.parse({ status }).status, status);
  for (const category of CATEGORIES) {
    assert.equal(assetsQuery.parse({ category }).category, category);
  }
  assert.deepEqual(assetsQuery.parse({ colour: "red" }), { limit: 20 });
});

Deno.test("the dead letters' query has a limit and a cursor", () => {
  assert.deepEqual(deadLettersQuery.parse({ limit: "100", cursor: CURSOR }), {
    limit: 100,
    cursor: POSITION,
  });
  assert.deepEqual(faultsOf(deadLettersQuery, { limit: "x", cursor: "" }), {
    limit: LIMIT_FAULT,
    cursor: CURSOR_FAULT,
  });
});

Deno.test("all faults of a query are told together, in words that name what to change", () => {
  assert.deepEqual(faultsOf(assetsQuery, { status: "", category: "hat", limit: "0", cursor: "" }), {
    status: STATUS_FAULT,
    category: CATEGORY_FAULT,
    limit: LIMIT_FAULT,
    cursor: CURSOR_FAULT,
  });
});

Deno.test("a limit is a whole number from 1 to 100", () => {
  for (const limit of ["1", "20", "100"]) {
    assert.equal(assetsQuery.parse({ limit }).limit, Number(limit));
  }
  for (
    const limit of [
      "",
      "0",
      "-1",
      "101",
      "1e1",
      "5.0",
      " 5",
      "+5",
      "05",
      "0x5",
      "9".repeat(400),
      "∞",
    ]
  ) {
    assert.deepEqual(faultsOf(assetsQuery, { limit }), { limit: LIMIT_FAULT }, limit);
  }
});

Deno.test("a parameter that is sent twice is refused, even when both are equal", () => {
  const twice = { status: ["active", "active"], category: ["lego", "hat"], limit: ["5", "5"] };
  assert.deepEqual(faultsOf(assetsQuery, { ...twice, cursor: [CURSOR, CURSOR] }), {
    status: "Send exactly one status",
    category: "Send exactly one category",
    limit: "Send exactly one limit",
    cursor: "Send exactly one cursor",
  });
});
