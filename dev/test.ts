import { runTask } from "./run_task.ts";
import { runTests } from "./testing/run_tests.ts";

if (import.meta.main) await runTask((context) => runTests(Deno.args, context));
