import { cp } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../dev/project.ts";
import { temporaryFolder } from "./service_fakes.ts";

const PARTS = ["deno.json", "deno.lock", "main.ts", "worker.ts", "src", "dev"];

/** The project without its tests in a folder of its own, so that its tasks meet nobody else's. */
export async function copyProject(): Promise<{ path: string } & AsyncDisposable> {
  const folder = temporaryFolder();
  for (const part of PARTS) {
    await cp(join(ROOT, part), join(folder.path, part), { recursive: true });
  }
  return folder;
}
