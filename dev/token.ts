import { parseArgs } from "node:util";
import { newUserId, userToken } from "./client/user_token.ts";
import { print, runTask } from "./run_task.ts";
import { DevServiceError } from "./services/dev_service_error.ts";
import { introducePeople } from "./stack/people.ts";
import { findRunningStack } from "./stack/running_stack.ts";

/**
 * Prints an access token for trying things out: signed with JWT_SECRET, of the user given or of a new
 * one; without JWT_SECRET, one of alice or the admin of the stack that `deno task dev` runs.
 */
async function token(): Promise<number> {
  const { values, positionals: [userId] } = parseArgs({
    args: Deno.args,
    options: { admin: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  print(await tokenOf(userId, values.admin));
  return 0;
}

async function tokenOf(userId: string | undefined, isAdmin: boolean): Promise<string> {
  const told = Deno.env.get("JWT_SECRET");
  const secret = told || findRunningStack()?.jwtSecret;
  if (!secret) {
    throw new DevServiceError(
      'Set JWT_SECRET to the one of the API, or run "deno task dev" beside',
    );
  }
  if (!told && !userId) {
    const people = await introducePeople(secret);
    const person = people.find(({ name }) => name === (isAdmin ? "admin" : "alice"));
    if (person) return person.token;
  }
  const claims = isAdmin ? { role: "admin" } : {};
  return await userToken(userId ?? newUserId(), secret, { claims });
}

if (import.meta.main) await runTask(token);
