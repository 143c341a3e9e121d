import type { Row } from "../row.ts";
import { memoryOf } from "../world/memory.ts";
import { meetOneByOne } from "./steps_ai.ts";

const GIGABYTE = 2 ** 30;
/** Far below what was sent; the runtime's own ups and downs are some 50 MB. */
const GROWTH = 100 * 2 ** 20;

export const r26: Row = {
  id: "R26",
  fault: "AI answers 1 GB: 1 MiB of it is read",
  kind: "timed",
  withinMs: 15_000,
  async inject(round) {
    const { workers } = round.world;
    const memory = () => Promise.all(workers.map(({ pid }) => memoryOf(pid)));
    await meetOneByOne(round, []);
    const before = await memory();
    await meetOneByOne(round, [
      {
        ...{ fault: { kind: "huge", bytes: GIGABYTE }, status: "failed", calls: 3 },
        code: "ai_bad_response",
      },
    ]);
    const after = await memory();
    after.forEach((bytes, index) => {
      const grown = bytes - (before[index] ?? 0);
      round.expect(grown < GROWTH, "I8", `a worker grew by ${grown} bytes`);
    });
  },
};
