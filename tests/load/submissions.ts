import assert from "node:assert/strict";
import { form, type User } from "../support/client.ts";
import { photo } from "../support/photos.ts";

/** A submission that was accepted. */
export interface Submission {
  readonly user: User;
  readonly assetId: string;
  readonly sentAt: number;
  /** When its 202 had been read to the end. */
  readonly confirmedAt: number;
}

/** Sends `each` submissions of every user, all at once and spread evenly over the API processes. */
export async function submitAtOnce(
  users: readonly User[],
  each: number,
  apiUrls: readonly string[],
): Promise<Submission[]> {
  const image = await photo("camera.png");
  const inTurn = users.flatMap((user, index) =>
    Array.from({ length: each }, (_, nth) => ({
      user,
      apiUrl: apiUrls[(index + nth) % apiUrls.length] ?? "",
    }))
  );
  return await Promise.all(inTurn.map(({ user, apiUrl }) => submit(user, apiUrl, image)));
}

/** Not by `user.submit`: what that checks would count as the server's time. */
async function submit(user: User, apiUrl: string, image: File): Promise<Submission> {
  const sentAt = Date.now();
  const response = await fetch(`${apiUrl}/api/assets/analyze-queue`, {
    method: "POST",
    headers: { Authorization: `Bearer ${user.token}` },
    body: form([["category", "camera"], ["image", image]]),
  });
  const body = await response.json();
  const confirmedAt = Date.now();
  assert.equal(response.status, 202, Deno.inspect(body));
  return { user, assetId: body.data.assetId, sentAt, confirmedAt };
}
