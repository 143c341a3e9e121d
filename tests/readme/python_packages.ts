import { createHash } from "node:crypto";
import { join } from "node:path";
import { ROOT } from "../../dev/project.ts";
import { userCacheDir } from "../../dev/services/cache_dir.ts";
import { claimFolder } from "../../dev/services/claimed_folder.ts";
import { exists } from "../dev/service_fakes.ts";
import type { Reader } from "./reader.ts";

const REQUIREMENTS = join(ROOT, "tests/readme/requirements.txt");

/** The folder in the user's cache that has the packages of the README's Python, for PYTHONPATH. */
export async function pythonPackages(reader: Reader): Promise<string> {
  const cache = userCacheDir(Deno.env.toObject());
  const digest = createHash("sha256").update(await Deno.readFile(REQUIREMENTS)).digest("hex");
  const folder = join(cache, `python-${digest.slice(0, 12)}`);
  if (exists(folder)) return folder;
  await using draft = claimFolder(cache, "python-draft");
  const target = join(draft.path, "packages");
  await reader.run(`python3 -m pip install -q --no-deps --target ${target} -r ${REQUIREMENTS}`);
  if (!exists(folder)) await Deno.rename(target, folder);
  return folder;
}
