import { print, runTask } from "./run_task.ts";
import { DevServiceError } from "./services/dev_service_error.ts";
import { newUserId, userToken } from "./user_token.ts";

/** Prints an access token for trying things out, of the user given or of a new one. */
if (import.meta.main) {
  await runTask(async () => {
    const secret = Deno.env.get("JWT_SECRET");
    if (!secret) throw new DevServiceError("Set JWT_SECRET to the one of the API");
    print(await userToken(Deno.args[0] ?? newUserId(), secret));
    return 0;
  });
}
