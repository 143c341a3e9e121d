import assert from "node:assert/strict";
import { EncryptJWT, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { createTokenVerifier } from "../../src/auth/verify_token.ts";
import { JWT_SECRET, newUserId, tokenOf } from "../support/tokens.ts";

const verify = createTokenVerifier({ secret: JWT_SECRET });

async function refuses(what: string, token: string): Promise<void> {
  await assert.rejects(verify(token), Error, what);
}

Deno.test("FR-018 a valid token tells who the user is", async () => {
  const userId = newUserId();
  assert.deepEqual(await verify(await tokenOf(userId)), { userId, isAdmin: false });
});

Deno.test("FR-018 a token that is expired, not yet valid or without an expiry is refused", async () => {
  const userId = newUserId();
  const soon = Math.floor(Date.now() / 1000) + 300;
  await refuses("expired", await tokenOf(userId, { expiresIn: "1s ago" }));
  await refuses("no exp", await tokenOf(userId, { expiresIn: null }));
  await refuses("exp as text", await tokenOf(userId, { claims: { exp: "x" }, expiresIn: null }));
  await refuses("not yet valid", await tokenOf(userId, { claims: { nbf: soon } }));
});

Deno.test("FR-018 a token signed with another secret is refused", async () => {
  await refuses("other secret", await tokenOf(newUserId(), { secret: `${JWT_SECRET}!` }));
});

Deno.test("FR-018 a token whose claims were changed after signing is refused", async () => {
  const [header, , signature] = (await tokenOf(newUserId())).split(".");
  const [, otherClaims] = (await tokenOf(newUserId(), { claims: { role: "admin" } })).split(".");
  await refuses("other claims", [header, otherClaims, signature].join("."));
});

Deno.test("FR-018 every algorithm but HS256 is refused", async () => {
  const sub = newUserId();
  await refuses("none", new UnsecuredJWT({ sub }).setExpirationTime("5m").encode());
  const secret = JWT_SECRET.repeat(2);
  const verifyLong = createTokenVerifier({ secret });
  assert.equal((await verifyLong(await tokenOf(sub, { secret }))).userId, sub);
  for (const alg of ["HS384", "HS512"]) {
    await assert.rejects(verifyLong(await tokenOf(sub, { secret, alg })), Error, alg);
  }
  const { privateKey } = await generateKeyPair("RS256");
  const asymmetric = new SignJWT({ sub }).setProtectedHeader({ alg: "RS256" });
  await refuses("RS256", await asymmetric.setExpirationTime("5m").sign(privateKey));
});

Deno.test("FR-018 the subject is a MongoDB ObjectId", async () => {
  const subjects = [undefined, null, "", "42", 42, "g".repeat(24), newUserId().slice(1)];
  for (const sub of [...subjects, `${newUserId()}0`, `${newUserId()}\n`, [newUserId()]]) {
    await refuses(`sub ${Deno.inspect(sub)}`, await tokenOf("", { claims: { sub } }));
  }
});

Deno.test("FR-018 a subject in capitals is the same user", async () => {
  const userId = "abcdef".repeat(4);
  assert.equal((await verify(await tokenOf(userId.toUpperCase()))).userId, userId);
});

Deno.test("an admin is who has the role admin, alone or among others", async () => {
  for (const claims of [{ role: "admin" }, { roles: ["admin"] }, { roles: ["editor", "admin"] }]) {
    const { isAdmin } = await verify(await tokenOf(newUserId(), { claims }));
    assert.equal(isAdmin, true, Deno.inspect(claims));
  }
});

Deno.test("what only looks like the role admin makes no admin", async () => {
  const lookalikes = [
    ...[{ role: "Admin" }, { role: "admin " }, { role: ["admin"] }, { role: true }, { role: null }],
    ...[{ roles: "admin" }, { roles: ["Admin"] }, { roles: [["admin"]] }, { roles: { admin: 1 } }],
    ...[{ isAdmin: true }, { admin: true }],
  ];
  for (const claims of lookalikes) {
    const { isAdmin } = await verify(await tokenOf(newUserId(), { claims }));
    assert.equal(isAdmin, false, Deno.inspect(claims));
  }
});

Deno.test("FR-018 what is no token at all is refused", async () => {
  const token = await tokenOf(newUserId());
  for (const garbage of ["", " ", "garbage", "a.b.c", "...", `${token}.x`, `Bearer ${token}`]) {
    await refuses(garbage, garbage);
  }
  const key = new TextEncoder().encode(JWT_SECRET.slice(0, 32));
  const encrypted = new EncryptJWT({ sub: newUserId() }).setExpirationTime("5m");
  const header = { alg: "dir", enc: "A256GCM" };
  await refuses("JWE", await encrypted.setProtectedHeader(header).encrypt(key));
});
