import assert from "node:assert/strict";
import { decodeJwt } from "jose";
import { createTokenVerifier } from "../../src/auth/verify_token.ts";
import { runProgram } from "../../dev/services/run_program.ts";
import { JWT_SECRET } from "../support/tokens.ts";
import { copyProject } from "./project_copy.ts";

const USER = "507f1f77bcf86cd799439011";

/** Runs the task as the README does, where no stack runs. */
async function token(args: readonly string[], secret = JWT_SECRET) {
  await using project = await copyProject();
  const task = ["task", "--quiet", "token", ...args];
  const env = { JWT_SECRET: secret, NO_COLOR: "1" };
  return await runProgram(Deno.execPath(), task, { cwd: project.path, env });
}

Deno.test("token: a new user's, or that of a user or person given, as the API takes it", async () => {
  const verify = createTokenVerifier({ secret: JWT_SECRET });
  const cases = [
    [[], { isAdmin: false }],
    [["--admin"], { isAdmin: true }],
    [[USER], { userId: USER, isAdmin: false }],
    [[USER, "--admin"], { userId: USER, isAdmin: true }],
    [["bob"], { userId: "b0b000000000000000000002", isAdmin: false }],
    [["admin"], { userId: "ad0000000000000000000003", isAdmin: true }],
  ] as const;
  for (const [args, expected] of cases) {
    const { stdout } = await token(args);
    assert.deepEqual({ ...await verify(stdout.trim()), ...expected }, await verify(stdout.trim()));
    assert.ok((decodeJwt(stdout.trim()).exp ?? 0) > Date.now() / 1000 + 60);
  }
});

Deno.test("token: what it cannot do it says on standard error, so that no shell takes it for a token", async () => {
  const cases = [
    [["carol"], JWT_SECRET, /There is no user "carol"\. Usage: deno task token/],
    [["12345"], JWT_SECRET, /There is no user "12345"/],
    [["--root"], JWT_SECRET, /Unknown option '--root'.* Usage: deno task token/],
    [[], "", /Set JWT_SECRET to the one of the API, or run the task "dev" beside/],
  ] as const;
  for (const [args, secret, told] of cases) {
    const { ending, stdout, stderr } = await token(args, secret);
    assert.equal(ending, "exit code 1");
    assert.equal(stdout, "");
    assert.match(stderr, told);
    assert.doesNotMatch(stderr, /^ +at /m);
  }
});
