import { parseArgs } from "node:util";
import { newUserId, userToken } from "./client/user_token.ts";
import { print, runTask } from "./run_task.ts";
import { DevServiceError } from "./services/dev_service_error.ts";
import { findPerson } from "./stack/people.ts";
import { findRunningStack } from "./stack/running_stack.ts";

const USAGE = "Usage: deno task token [alice, bob, admin or a user id of 24 hex digits] [--admin]";

/**
 * Prints an access token for trying things out: signed with JWT_SECRET, of a new user unless one is
 * given; without JWT_SECRET, for the stack that `deno task dev` runs, of alice unless another is.
 */
async function token(): Promise<number> {
  const { who, isAdmin } = readArguments(Deno.args);
  const told = Deno.env.get("JWT_SECRET");
  const secret = told || findRunningStack()?.jwtSecret;
  if (!secret) {
    throw new DevServiceError('Set JWT_SECRET to the one of the API, or run the task "dev" beside');
  }
  const person = findPerson(who ?? (told ? "" : isAdmin ? "admin" : "alice"));
  const userId = person?.userId ?? who ?? newUserId();
  const claims = isAdmin ? { role: "admin" } : person?.claims;
  print(await userToken(userId, secret, { claims: claims ?? {} }));
  return 0;
}

function readArguments(args: string[]): { who: string | undefined; isAdmin: boolean } {
  try {
    const { values, positionals: [who, ...more] } = parseArgs({
      args,
      options: { admin: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    const isKnown = !who || findPerson(who) || /^[0-9a-f]{24}$/i.test(who);
    if (!isKnown || more.length > 0) throw new TypeError(`There is no user "${args.join(" ")}"`);
    return { who, isAdmin: values.admin };
  } catch (error) {
    throw new DevServiceError(`${error instanceof Error ? error.message : error}. ${USAGE}`);
  }
}

if (import.meta.main) await runTask(token);
