import { join } from "node:path";
import { compileBinary } from "./compile/compile_binary.ts";
import { ROOT } from "./project.ts";
import { print, runTask } from "./run_task.ts";

const OUTPUT = join("dist", "ai-queue-pipeline");

/** Compiles main.ts into one self-contained program; arguments such as --target go to deno compile. */
if (import.meta.main) {
  await runTask(async ({ signal }) => {
    const output = join(ROOT, OUTPUT);
    const denort = Deno.env.get("DENORT_BIN");
    const file = await compileBinary({ output, args: Deno.args, denort, signal });
    const { size } = await Deno.stat(file);
    print(`${file}: ${Math.round(size / 1e6)} MB. Try: ${OUTPUT} --help`);
    return 0;
  });
}
