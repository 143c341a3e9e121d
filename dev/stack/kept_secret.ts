import { join } from "node:path";
import { writePrivately } from "./write_privately.ts";

/** The secret of the stack in this folder, made once: tokens outlive a restart. */
export async function keptSecret(folder: string): Promise<string> {
  const file = join(folder, "jwt_secret");
  try {
    const kept = await Deno.readTextFile(file);
    if (kept) return kept;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const secret = crypto.getRandomValues(new Uint8Array(32)).toHex();
  writePrivately(file, secret);
  return secret;
}
