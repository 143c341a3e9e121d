import assert from "node:assert/strict";
import { percentile } from "./percentile.ts";

const SHOWN = { p50: 50, p95: 95, p99: 99, max: 100 } as const;

/** What was measured, in milliseconds, and what is asked of it. */
export interface Measure {
  readonly name: string;
  readonly valuesMs: readonly number[];
  readonly limit?: { readonly of: keyof typeof SHOWN; readonly ms: number };
}

/** One line for each measure, in milliseconds. */
export function tableOf(measures: readonly Measure[]): string {
  const head = ["milliseconds", "n", ...Object.keys(SHOWN), "limit"];
  const rows = measures.map(({ name, valuesMs, limit }) => [
    name,
    `${valuesMs.length}`,
    ...Object.values(SHOWN).map((percent) => percentile(valuesMs, percent).toFixed()),
    limit ? `${limit.of} <= ${limit.ms}` : "none",
  ]);
  const width = Math.max(...measures.map(({ name }) => name.length));
  return [head, ...rows].map(([name = "", ...cells]) =>
    name.padEnd(width) + cells.map((cell, at) => cell.padStart(at < 5 ? 7 : 15)).join("")
  ).join("\n");
}

/** Holds a measure to its limit. */
export function assertWithin({ name, valuesMs, limit }: Measure): void {
  if (!limit) return;
  const measured = percentile(valuesMs, SHOWN[limit.of]);
  const what = `${name}: ${limit.of} is ${measured.toFixed()} ms, ${limit.ms} are allowed`;
  assert.ok(measured <= limit.ms, what);
}
