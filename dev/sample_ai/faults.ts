import { z } from "zod";

const common = {
  /** How many calls it spoils; without it, all until it is cleared. */
  times: z.int().min(1).default(Infinity),
  /** Only calls whose imageUrl contains this. */
  match: z.string().default(""),
  /** Only calls of this category; of any unless given. */
  category: z.string().optional(),
  /** Only each so many-th of the calls that come to it: 10 spoils one in ten, the tenth first. */
  every: z.int().min(1).default(1),
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
  z.strictObject({
    kind: z.literal("huge"),
    ...common,
    bytes: z.int().min(0).default(2 * 1024 * 1024),
  }),
  /** One byte of a good answer in each `everyMs`, after the headers. */
  z.strictObject({ kind: z.literal("drip"), ...common, everyMs: z.int().min(1).default(1000) }),
  z.strictObject({ kind: z.literal("answer"), ...common, text: z.string() }),
  z.strictObject({
    kind: z.enum(["hang", "cut", "bad_json", "bad_schema", "bad_utf8"]),
    ...common,
  }),
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
  /** The first fault that matches, has times left and is due, counted down. */
  take(imageUrl: string, category: string): Fault | undefined;
  /** Whether there was such a fault. */
  remove(id: string): boolean;
  clear(): void;
}

interface Entry {
  readonly spec: FaultSpec;
  readonly clearing: AbortController;
  left: number;
  /** The calls that came to it, spoiled or not. */
  calls: number;
}

export function createFaults(): Faults {
  const entries = new Map<string, Entry>();

  function remove(id: string): boolean {
    entries.get(id)?.clearing.abort();
    return entries.delete(id);
  }

  return {
    add(spec) {
      const id = crypto.randomUUID();
      entries.set(id, { spec, clearing: new AbortController(), left: spec.times, calls: 0 });
      return id;
    },
    take(imageUrl, category) {
      const isMeant = ({ spec: { match, category: only = category } }: Entry) =>
        imageUrl.includes(match) && only === category;
      const entry = entries.values()
        .filter((entry) => entry.left > 0 && isMeant(entry))
        .find((entry) => ++entry.calls % entry.spec.every === 0);
      if (!entry) return undefined;
      entry.left -= 1;
      return { spec: entry.spec, cleared: entry.clearing.signal };
    },
    remove,
    clear: () => [...entries.keys()].forEach(remove),
  };
}
