import {
  type Analysis,
  type Asset,
  type FailedAttempt,
  type Failure,
  jobIdOf,
} from "../../src/assets/asset.ts";
import { AssetError } from "../../src/assets/errors.ts";
import type { IdempotencyKeys, KeyEntry, KeyUse } from "../../src/assets/idempotency_keys.ts";
import type { DeadLetter, DeadLetterFilter } from "../../src/assets/dead_letter.ts";
import type {
  AssetFilter,
  AssetStore,
  DeadLetterQueue,
  EventPublisher,
  ImageStore,
  JobData,
  JobQueue,
  NewDraft,
  PageRequest,
  RequestTrace,
} from "../../src/assets/ports.ts";
import { newUserId } from "./tokens.ts";

/** Ports in memory, and the order in which they were called. */
export interface MemoryPorts {
  readonly assets: AssetStore;
  readonly images: ImageStore;
  readonly queue: JobQueue;
  readonly deadLetters: DeadLetterQueue;
  readonly events: EventPublisher;
  readonly idempotencyKeys: IdempotencyKeys;
  /** The keys by user and key; a test ends a hold by setting `isHeld` to false. */
  readonly keyEntries: Map<string, KeyEntry>;
  readonly stored: Map<string, Asset>;
  readonly pictures: Map<string, { contentType: string; text: string }>;
  /** Those that were deleted and not purged yet. */
  readonly buried: Map<string, Asset>;
  readonly jobs: Map<string, JobData>;
  readonly letters: Map<string, DeadLetter>;
  /** The users whose devices were told that something settled. */
  readonly told: string[];
  readonly calls: string[];
  /** What a call does in place of its own work: by its name, as in `calls`. */
  readonly faults: Partial<Record<string, (...args: unknown[]) => unknown>>;
}

export const unavailable = () => {
  throw new AssetError("service_unavailable", "On demand");
};

/** The same guards as the real store, without any of its machinery. */
export function memoryPorts(): MemoryPorts {
  const stored = new Map<string, Asset>();
  const pictures: MemoryPorts["pictures"] = new Map();
  const buried = new Map<string, Asset>();
  const jobs = new Map<string, JobData>();
  const letters = new Map<string, DeadLetter>();
  const told: MemoryPorts["told"] = [];
  const calls: string[] = [];
  const faults: MemoryPorts["faults"] = {};
  const confirmed = new Set<string>();
  const keyEntries: MemoryPorts["keyEntries"] = new Map();
  const keysOf = (assetId: string) =>
    [...keyEntries].filter(([, entry]) => entry.assetId === assetId);

  /** An async function, so that a fault rejects and never throws. */
  function port<A extends unknown[], R>(name: string, work: (...args: A) => R | Promise<R>) {
    return async (...args: A): Promise<R> => {
      calls.push(name);
      const fault = faults[name];
      return await (fault ? fault(...args) as R : work(...args));
    };
  }

  function change(id: string, guard: (asset: Asset) => boolean, fields: (asset: Asset) => object) {
    const asset = stored.get(id);
    if (!asset || !guard(asset)) return null;
    const changed: Asset = { ...asset, ...fields(asset), updatedAt: new Date() };
    stored.set(id, changed);
    return changed;
  }

  const stamps = new Map<string, string>();
  const stamped = (id: string, stamp: string) =>
    stamps.get(id) === stamp ? stored.get(id) ?? null : null;

  const underway = (jobId: string) => (asset: Asset) =>
    asset.status === "processing" && asset.processingJobId === jobId;

  const assets: AssetStore = {
    insertDraft: port("insertDraft", (draft: NewDraft) => {
      const asset = newAsset(draft);
      stored.set(asset.id, asset);
      return asset;
    }),
    accept: port(
      "accept",
      (id: string, originalUrl: string) =>
        change(id, ({ status }) => status === "draft", () => ({
          ...{ status: "processing", originalUrl, run: 1, processingJobId: jobIdOf(id, 1) },
        })),
    ),
    withdraw: port(
      "withdraw",
      (id: string) =>
        change(
          id,
          ({ aiCalls }) => aiCalls === 0 && !confirmed.has(id),
          () => ({ status: "draft" }),
        ),
    ),
    confirm: port("confirm", (id: string) => {
      const { status = "draft" } = stored.get(id) ?? buried.get(id) ?? {};
      if (status !== "draft") confirmed.add(id);
      return status !== "draft";
    }),
    buryDraft: port("buryDraft", (id: string) => {
      const asset = stored.get(id);
      if (asset?.status !== "draft") return null;
      stored.delete(id);
      buried.set(id, asset);
      return asset;
    }),
    deleteDraft: port("deleteDraft", (id: string) => {
      if (stored.get(id)?.status === "draft") stored.delete(id);
    }),
    claimCall: port(
      "claimCall",
      (id: string, jobId: string, stamp: string, maxCalls: number) =>
        stamped(id, stamp) ??
          change(
            id,
            (asset) => underway(jobId)(asset) && asset.aiCalls < maxCalls,
            ({ aiCalls, firstCallAt = new Date() }) => {
              stamps.set(id, stamp);
              return { aiCalls: aiCalls + 1, firstCallAt };
            },
          ),
    ),
    releaseCall: port(
      "releaseCall",
      (id: string, jobId: string, stamp: string, { isUnheard = false } = {}) => {
        const isOurs = stamped(id, stamp) && stamps.delete(id);
        if (!isOurs) return null;
        return change(id, underway(jobId), ({ aiCalls, firstCallAt }) => ({
          aiCalls: aiCalls - 1,
          firstCallAt: isUnheard && aiCalls === 1 ? undefined : firstCallAt,
        }));
      },
    ),
    recordAttempt: port(
      "recordAttempt",
      (id: string, jobId: string, attempt: FailedAttempt) =>
        change(
          id,
          (asset) => underway(jobId)(asset) && !asset.attempts.some(({ at }) => at === attempt.at),
          ({ attempts }) => ({ attempts: [...attempts, attempt] }),
        ),
    ),
    activate: port(
      "activate",
      (id: string, jobId: string, analysis: Analysis, stamp: string) =>
        change(id, underway(jobId), () => {
          stamps.set(id, stamp);
          return { status: "active", analysis, settledAt: new Date() };
        }) ?? stamped(id, stamp),
    ),
    fail: port(
      "fail",
      (id: string, jobId: string, failure: Failure, last: FailedAttempt, stamp: string) =>
        change(id, underway(jobId), ({ attempts }) => {
          stamps.set(id, stamp);
          return {
            ...{ status: "failed", failure, settledAt: new Date(), attempts: [...attempts, last] },
            deadLetter: { state: "listed", message: last.message },
          };
        }) ?? stamped(id, stamp),
    ),
    rerun: port(
      "rerun",
      (failed: Asset, request: RequestTrace, stamp: string) =>
        change(
          failed.id,
          ({ status, run, deadLetter }) =>
            status === "failed" && run === failed.run &&
            deadLetter?.state === failed.deadLetter?.state,
          ({ failure: _1, deadLetter: _2, settledAt: _3, ...asset }) => {
            stamps.set(failed.id, stamp);
            return {
              ...{ ...asset, ...request, status: "processing", run: asset.run + 1, aiCalls: 0 },
              ...{ failure: undefined, deadLetter: undefined, settledAt: undefined, attempts: [] },
              processingJobId: jobIdOf(failed.id, asset.run + 1),
            };
          },
        ),
    ),
    undoRerun: port(
      "undoRerun",
      (failed: Asset, stamp: string) =>
        change(
          failed.id,
          ({ id, status, run }) =>
            status === "processing"
              ? stamped(id, stamp) !== null
              : status === "failed" && run === failed.run,
          () => ({ ...failed, run: failed.run + 1 }),
        ),
    ),
    list: port("list", ({ userId, status, category }: AssetFilter, page: PageRequest) =>
      pageOf(
        [...stored.values()].filter((asset) =>
          asset.userId === userId && asset.status !== "draft" &&
          asset.status === (status ?? asset.status) &&
          asset.category === (category ?? asset.category)
        ),
        ({ createdAt }) => createdAt,
        page,
      )),
    listDeadLetters: port("listDeadLetters", (page: PageRequest) =>
      pageOf(
        [...stored.values()].filter(({ deadLetter }) => deadLetter?.state === "listed"),
        ({ settledAt = new Date(0) }) => settledAt,
        page,
      )),
    findDeadLetters: port(
      "findDeadLetters",
      (filter: DeadLetterFilter, limit: number) =>
        listedLetters(stored, filter)
          .sort((a, b) => Number(a.settledAt) - Number(b.settledAt)).slice(0, limit),
    ),
    countDeadLetters: port(
      "countDeadLetters",
      (filter: DeadLetterFilter) => listedLetters(stored, filter).length,
    ),
    dismissDeadLetter: port(
      "dismissDeadLetter",
      (id: string, jobId: string) =>
        change(
          id,
          ({ processingJobId, deadLetter }) =>
            processingJobId === jobId && deadLetter?.state === "listed",
          ({ deadLetter }) => ({ deadLetter: { ...deadLetter, state: "dismissed" } }),
        ),
    ),
    bury: port("bury", (id: string, userId: string) => {
      const asset = stored.get(id);
      if (asset?.userId !== userId || asset.status === "draft") return null;
      stored.delete(id);
      buried.set(id, asset);
      return asset;
    }),
    tombstones: port(
      "tombstones",
      (limit: number, after = "") =>
        [...buried.values()].filter(({ id }) => id > after)
          .sort((a, b) => a.id < b.id ? -1 : 1).slice(0, limit),
    ),
    deleteTombstone: port("deleteTombstone", (id: string) => void buried.delete(id)),
    find: port("find", (id: string) => {
      const asset = stored.get(id);
      return asset && asset.status !== "draft" ? asset : null;
    }),
    ping: port("assets.ping", () => {}),
  };

  return {
    assets,
    images: {
      put: port("put", async (image, { name, contentType }) => {
        pictures.set(name, { contentType, text: await new Response(image).text() });
        return { url: `https://images.example.com/${name}` };
      }),
      remove: port("remove", (name: string) => void pictures.delete(name)),
    },
    queue: {
      add: port("add", (jobId: string, data: JobData) => void jobs.set(jobId, data)),
      remove: port("queue.remove", (jobId: string) => {
        jobs.delete(jobId);
        return true;
      }),
      counts: port("counts", () => ({
        ...{ waiting: jobs.size, active: 0, completed: 0, failed: 0, delayed: 0 },
      })),
      ping: port("queue.ping", () => {}),
    },
    deadLetters: {
      add: port("deadLetters.add", (letter: DeadLetter) => void letters.set(letter.jobId, letter)),
      remove: port("deadLetters.remove", (jobId: string) => void letters.delete(jobId)),
      count: port("deadLetters.count", () => letters.size),
    },
    idempotencyKeys: {
      find: port(
        "keys.find",
        (userId: string, key: string) => keyEntries.get(`${userId} ${key}`) ?? null,
      ),
      claim: port(
        "claim",
        ({ userId, key, digest }: KeyUse, assetId: string, insteadOf?: string) => {
          const earlier = keyEntries.get(`${userId} ${key}`);
          if (earlier?.isAccepted || earlier?.assetId !== insteadOf) return false;
          const entry = { assetId, digest, isAccepted: false, isHeld: true };
          keyEntries.set(`${userId} ${key}`, entry);
          return true;
        },
      ),
      markAccepted: port("markAccepted", (assetId: string) => {
        for (const [key, entry] of keysOf(assetId)) {
          keyEntries.set(key, { ...entry, isAccepted: true });
        }
      }),
      release: port("release", (assetId: string) => {
        for (const [key, entry] of keysOf(assetId)) if (!entry.isAccepted) keyEntries.delete(key);
      }),
    },
    events: {
      settled: port("settled", (userId: string) => void told.push(userId)),
    },
    ...{ stored, buried, pictures, jobs, letters, told, calls, faults, keyEntries },
  };
}

function listedLetters(stored: Map<string, Asset>, { reason, olderThan }: DeadLetterFilter) {
  return [...stored.values()].filter(({ deadLetter, failure, settledAt }) =>
    deadLetter?.state === "listed" && failure?.code === (reason ?? failure?.code) &&
    settledAt && (!olderThan || settledAt < olderThan)
  );
}

function pageOf(
  assets: Asset[],
  timeOf: (asset: Asset) => Date,
  { limit, after }: PageRequest,
): Asset[] {
  const placeOf = (asset: Asset) => `${timeOf(asset).toISOString()} ${asset.id}`;
  const end = after && `${after.at.toISOString()} ${after.id}`;
  return assets.filter((asset) => !end || placeOf(asset) < end)
    .sort((a, b) => placeOf(a) < placeOf(b) ? 1 : -1).slice(0, limit);
}

/** A draft, unless `fields` make it otherwise. */
export function newAsset(fields: Partial<Asset> = {}): Asset {
  const id = fields.id ?? newUserId();
  const now = new Date();
  return {
    ...{ id, userId: newUserId(), category: "camera", status: "draft", run: 0, aiCalls: 0 },
    attempts: [],
    ...{ imageName: `${id}-0`, requestId: "request-1", createdAt: now, updatedAt: now },
    ...fields,
  };
}

/** An asset in its first run, put into the store, and its job. */
export function storeProcessing({ stored }: MemoryPorts, fields: Partial<Asset> = {}) {
  const id = newUserId();
  const originalUrl = `https://images.example.com/${id}-0`;
  const jobId = jobIdOf(id, 1);
  const status = "processing";
  const asset = newAsset({ id, status, run: 1, originalUrl, processingJobId: jobId, ...fields });
  stored.set(id, asset);
  const { userId, category } = asset;
  const createdAt = asset.createdAt.toISOString();
  return {
    asset,
    job: { id: jobId, data: { assetId: id, userId, imageUrl: originalUrl, category, createdAt } },
  };
}

export const ANALYSIS: Analysis = {
  brand: { value: "Nike", confidence: 0.95 },
  model: { value: "Air Jordan 1", confidence: 0.88 },
  colorway: { value: "Chicago", confidence: 0.82 },
  processedImageUrl: "https://res.cloudinary.com/demo/processed.png",
};
