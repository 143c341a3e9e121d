import { parseArgs } from "node:util";
import { print, runTask } from "./run_task.ts";
import { DevServiceError } from "./services/dev_service_error.ts";
import { newUserId, userToken } from "./user_token.ts";

/** Prints an access token for trying things out, of the user given or of a new one. */
if (import.meta.main) {
  await runTask(async () => {
    const secret = Deno.env.get("JWT_SECRET");
    if (!secret) throw new DevServiceError("Set JWT_SECRET to the one of the API");
    const { values, positionals } = parseArgs({
      args: Deno.args,
      options: { admin: { type: "boolean" } },
      allowPositionals: true,
    });
    const claims = values.admin ? { role: "admin" } : {};
    print(await userToken(positionals[0] ?? newUserId(), secret, { claims }));
    return 0;
  });
}
