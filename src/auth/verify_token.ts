import { jwtVerify } from "jose";
import { z } from "zod";
import type { VerifyToken } from "../assets/ports.ts";

const claimsSchema = z.object({
  sub: z.string().regex(/^[0-9a-f]{24}$/i),
  role: z.unknown().optional(),
  roles: z.unknown().optional(),
});

/**
 * Verifies HS256 tokens for HTTP and sockets alike (FR-018). `exp` is required, `sub` is the user's
 * ObjectId; an admin is who has the role "admin". Rejects on anything else.
 */
export function createTokenVerifier({ secret }: { secret: string }): VerifyToken {
  const key = new TextEncoder().encode(secret);
  return async function verifyToken(token) {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ["HS256"],
      requiredClaims: ["exp", "sub"],
    });
    const { sub, role, roles } = claimsSchema.parse(payload);
    const isAdmin = role === "admin" || (Array.isArray(roles) && roles.includes("admin"));
    return { userId: sub.toLowerCase(), isAdmin };
  };
}
