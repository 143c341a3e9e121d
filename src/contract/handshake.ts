import { z } from "zod";

/** The handshake's `auth.since`: an ISO 8601 time with its zone; anything else is as if it were not there. */
const since = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** The time up to which a connection knows its events; undefined when it does not say. */
export function readSince(auth: Readonly<Record<string, unknown>>): Date | undefined {
  return since.safeParse(auth["since"]).data;
}
