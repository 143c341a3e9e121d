import { userToken } from "../client/user_token.ts";

/** Long enough for an evening, a weekend and a holiday with the same terminal. */
const EXPIRES_IN = "30d";

/** Somebody to try the stack as. */
export interface Person {
  readonly name: string;
  readonly userId: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

const PEOPLE: readonly Person[] = [
  { name: "alice", userId: "a11ce0000000000000000001", claims: {} },
  { name: "bob", userId: "b0b000000000000000000002", claims: {} },
  { name: "admin", userId: "ad0000000000000000000003", claims: { role: "admin" } },
];

/** The person of that name, if there is one. */
export function findPerson(name: string): Person | undefined {
  return PEOPLE.find((person) => person.name === name);
}

/** Two users and an admin, the same ones in each run, with tokens signed with `jwtSecret`. */
export function introducePeople(jwtSecret: string): Promise<(Person & { token: string })[]> {
  return Promise.all(PEOPLE.map(async (person) => ({
    ...person,
    token: await userToken(person.userId, jwtSecret, {
      claims: person.claims,
      expiresIn: EXPIRES_IN,
    }),
  })));
}
