import { userToken } from "../client/user_token.ts";

/** Long enough for an evening, a weekend and a holiday with the same terminal. */
const EXPIRES_IN = "30d";

const PEOPLE = [
  { name: "alice", userId: "a11ce0000000000000000001", claims: {} },
  { name: "bob", userId: "b0b000000000000000000002", claims: {} },
  { name: "admin", userId: "ad0000000000000000000003", claims: { role: "admin" } },
] as const;

/** Somebody to try the stack as. */
export interface Person {
  readonly name: string;
  readonly token: string;
}

/** Two users and an admin, the same ones in each run, with tokens signed with `jwtSecret`. */
export function introducePeople(jwtSecret: string): Promise<Person[]> {
  return Promise.all(PEOPLE.map(async ({ name, userId, claims }) => ({
    name,
    token: await userToken(userId, jwtSecret, { claims, expiresIn: EXPIRES_IN }),
  })));
}
