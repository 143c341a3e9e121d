import assert from "node:assert/strict";
import { heldMs, type Outage } from "../../src/assets/ai_outage.ts";

const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1000);
const outage = ([from, until]: [number, number]): Outage => ({ from: at(from), until: at(until) });

const CASES: { name: string; outages: [number, number][]; held: number }[] = [
  { name: "none", outages: [], held: 0 },
  { name: "one within the time", outages: [[10, 20]], held: 10 },
  { name: "one that began before it", outages: [[-50, 20]], held: 20 },
  { name: "one that is not over", outages: [[90, 130]], held: 10 },
  { name: "one that covers it all", outages: [[-50, 130]], held: 100 },
  { name: "some that lie apart", outages: [[10, 20], [40, 45]], held: 15 },
  { name: "some that overlap", outages: [[10, 30], [20, 40], [25, 35]], held: 30 },
  { name: "two that are the same", outages: [[10, 30], [10, 30]], held: 20 },
  { name: "one before it", outages: [[-50, -10]], held: 0 },
];

for (const { name, outages, held } of CASES) {
  Deno.test(`of the time since a run's first call, outages take out what they cover: ${name}`, () => {
    assert.equal(heldMs(outages.map(outage), at(0), at(100)), held * 1000);
  });
}
