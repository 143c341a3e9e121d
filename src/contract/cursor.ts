import { Buffer } from "node:buffer";
import type { Position } from "../assets/ports.ts";

const PLACE = /^(\d{1,15})\.([0-9a-f]{24})$/;

/** A place in a list as one opaque word for a URL. */
export function encodeCursor({ at, id }: Position): string {
  return Buffer.from(`${at.getTime()}.${id}`).toString("base64url");
}

/** The place that a cursor of ours stands for; undefined when it is none. */
export function decodeCursor(cursor: string): Position | undefined {
  const [, time, id] = PLACE.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (!time || !id) return undefined;
  const position = { at: new Date(Number(time)), id };
  return encodeCursor(position) === cursor ? position : undefined;
}
