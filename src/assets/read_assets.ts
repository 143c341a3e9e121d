import type { Asset } from "./asset.ts";
import { AssetError } from "./errors.ts";
import type { Actor, AssetStore } from "./ports.ts";

/** The asset, for its owner or an admin; to everybody else it does not exist (`not_found`). */
export async function readAsset(
  { assets }: { assets: AssetStore },
  actor: Actor,
  id: string,
): Promise<Asset> {
  const asset = await assets.find(id);
  if (!asset || (asset.userId !== actor.userId && !actor.isAdmin)) {
    throw new AssetError("not_found", `No asset ${id} for user ${actor.userId}`);
  }
  return asset;
}
