import { join } from "node:path";
import { contractFiles } from "./contracts/contract_files.ts";
import { ROOT } from "./project.ts";
import { print } from "./run_task.ts";

/** Writes contracts/*.json and .env.example anew from the zod schemas of src/. */
if (import.meta.main) {
  for (const [path, text] of Object.entries(contractFiles())) {
    await Deno.writeTextFile(join(ROOT, path), text);
    print(path);
  }
}
