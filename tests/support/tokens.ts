import { SignJWT } from "jose";

export const JWT_SECRET = "a-secret-of-the-tests-with-32-bytes-or-more";

/** For users nobody else in the tests is. */
export { newUserId } from "../../dev/client/user_token.ts";

/** A valid token of that user, unless `claims`, `alg` or `secret` make it otherwise. */
export async function tokenOf(
  userId: string,
  { claims = {}, secret = JWT_SECRET, alg = "HS256", expiresIn = "5m" }: {
    claims?: Record<string, unknown>;
    secret?: string;
    alg?: string;
    expiresIn?: string | null;
  } = {},
): Promise<string> {
  const jwt = new SignJWT({ sub: userId, ...claims }).setProtectedHeader({ alg });
  if (expiresIn) jwt.setExpirationTime(expiresIn);
  return await jwt.sign(new TextEncoder().encode(secret));
}
