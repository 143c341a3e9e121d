import { newUserId, tokenOf } from "../../support/tokens.ts";

/** Somebody with a token that outlives the longest run. */
export interface User {
  readonly userId: string;
  readonly token: string;
}

export async function newUser(claims: Readonly<Record<string, unknown>> = {}): Promise<User> {
  const userId = newUserId();
  return { userId, token: await tokenOf(userId, { claims, expiresIn: "12h" }) };
}
