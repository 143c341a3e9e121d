import type { Asset } from "./asset.ts";
import { type DeadLetter, deadLetterOf } from "./dead_letter.ts";
import { AssetError } from "./errors.ts";
import type { Actor, AssetFilter, AssetStore, PageRequest, Position } from "./ports.ts";

interface ReadDeps {
  readonly assets: AssetStore;
}

/** A part of a list, and the place from which it goes on; null at its end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: Position | null;
}

/** The asset, for its owner or an admin; to everybody else it does not exist (`not_found`). */
export async function readAsset({ assets }: ReadDeps, actor: Actor, id: string): Promise<Asset> {
  const asset = await assets.find(id);
  if (!asset || (asset.userId !== actor.userId && !actor.isAdmin)) {
    throw new AssetError("not_found", `No asset ${id} for user ${actor.userId}`);
  }
  return asset;
}

/** The actor's own assets, newest first. */
export async function listAssets(
  { assets }: ReadDeps,
  actor: Actor,
  { limit, after, ...filter }: Omit<AssetFilter, "userId"> & PageRequest,
): Promise<Page<Asset>> {
  const { userId } = actor;
  const found = await assets.list({ ...filter, userId }, { limit: limit + 1, after });
  return toPage(found, limit, ({ createdAt }) => createdAt);
}

/** What failed, for admins: who failed last comes first. */
export async function listDeadLetters(
  { assets }: ReadDeps,
  { limit, after }: PageRequest,
): Promise<Page<DeadLetter>> {
  const found = await assets.listDeadLetters({ limit: limit + 1, after });
  const { items, next } = toPage(found, limit, ({ settledAt }) => settledAt);
  return { items: items.map(deadLetterOf), next };
}

/** One more was asked for than fits: it tells whether the list goes on. */
function toPage(
  found: readonly Asset[],
  limit: number,
  timeOf: (asset: Asset) => Date | undefined,
): Page<Asset> {
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  const at = last && timeOf(last);
  return { items, next: at ? { at, id: last.id } : null };
}
