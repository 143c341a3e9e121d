import { z } from "zod";

const common = {
  /** How many calls it spoils; without it, all until it is cleared. */
  times: z.int().min(1).default(Infinity),
  /** Only calls whose imageUrl contains this. */
  match: z.string().default(""),
};

export const faultSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("status"),
    ...common,
    status: z.int().min(400).max(599).default(503),
  }),
  z.strictObject({ kind: z.literal("rate_limit"), ...common, retryAfter: z.string().optional() }),
  z.strictObject({ kind: z.literal("slow"), ...common, delayMs: z.int().min(0).default(1000) }),
  z.strictObject({
    kind: z.literal("redirect"),
    ...common,
    location: z.string().default("/healthz"),
  }),
  z.strictObject({ kind: z.enum(["hang", "cut", "bad_json", "bad_schema", "huge"]), ...common }),
]);

export type FaultSpec = z.infer<typeof faultSchema>;
export type FaultKind = FaultSpec["kind"];

export interface Fault {
  spec: FaultSpec;
  /** Aborts when the fault is cleared: calls it holds are let go. */
  cleared: AbortSignal;
}

export interface Faults {
  /** Returns the new fault's id. */
  add(spec: FaultSpec): string;
  /** The first fault that matches and has times left, counted down. */
  take(imageUrl: string): Fault | undefined;
  /** Whether there was such a fault. */
  remove(id: string): boolean;
  clear(): void;
}

export function createFaults(): Faults {
  const entries = new Map<string, { spec: FaultSpec; left: number; clearing: AbortController }>();

  function remove(id: string): boolean {
    entries.get(id)?.clearing.abort();
    return entries.delete(id);
  }

  return {
    add(spec) {
      const id = crypto.randomUUID();
      entries.set(id, { spec, left: spec.times, clearing: new AbortController() });
      return id;
    },
    take(imageUrl) {
      const entry = entries.values().find(({ spec, left }) =>
        left > 0 && imageUrl.includes(spec.match)
      );
      if (!entry) return undefined;
      entry.left -= 1;
      return { spec: entry.spec, cleared: entry.clearing.signal };
    },
    remove,
    clear: () => [...entries.keys()].forEach(remove),
  };
}
