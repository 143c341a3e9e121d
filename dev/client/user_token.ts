import { SignJWT } from "jose";

/** An access token as the product's login would give it. */
export async function userToken(
  userId: string,
  secret: string,
  { claims = {}, expiresIn = "1h" }: {
    claims?: Readonly<Record<string, unknown>>;
    expiresIn?: string;
  } = {},
): Promise<string> {
  return await new SignJWT({ ...claims, sub: userId })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime(expiresIn)
    .sign(new TextEncoder().encode(secret));
}

/** A user id nobody has: 24 hex digits, as a MongoDB ObjectId. */
export function newUserId(): string {
  return crypto.getRandomValues(new Uint8Array(12)).toHex();
}
