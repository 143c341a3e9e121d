import { z } from "zod";

/** A text that has to be there; `example` is shown when it is not. */
export function required(example?: string) {
  const like = example ? `, like ${example}` : "";
  return z.string({ error: `is required${like}` });
}

/** A required text that looks like `example`, which `isFine` decides. */
export function looksLike(example: string, isFine: (text: string) => boolean) {
  return required(example).refine(isFine, `must look like ${example}`)
    .meta({ examples: [example] });
}

/** The schema, unless it may be left out. */
export function requiredUnless<T extends z.ZodType>(optional: boolean, schema: T) {
  return optional ? schema.optional() : schema;
}

/** One of these words. */
export function oneOf<const T extends readonly [string, ...string[]]>(...values: T) {
  return z.enum(values, { error: `must be one of ${values.join(", ")}` });
}

/** A whole number within these bounds, both included. */
export function whole(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z.string().regex(/^\d{1,10}$/, message).transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

/** A time of at most an hour, in milliseconds. */
export function milliseconds(fallback: number, min = 1) {
  return whole(min, 3_600_000).default(fallback);
}

/** Whether it has so many bytes, as UTF-8. */
export function hasBytes(text: string, min: number): boolean {
  return new TextEncoder().encode(text).length >= min;
}

/** Whether it is an http or https address to which a path can be appended. */
export function isBaseUrl(text: string): boolean {
  return /^https?:\/\/[^\s?#]+$/.test(text) && URL.canParse(text);
}

/** Whether it is redis:// or rediss:// with a host, and with a number as its database if any. */
export function isRedisUrl(text: string): boolean {
  if (!/^rediss?:\/\/[^\s]+$/.test(text) || !URL.canParse(text)) return false;
  const { username, password, hostname, pathname } = new URL(text);
  return hostname !== "" && /^\/?\d*$/.test(pathname) && [username, password].every(isDecodable);
}

/** Whether it looks like a MongoDB address; the driver decides the rest. */
export function isMongoUri(text: string): boolean {
  return /^mongodb(\+srv)?:\/\/[^\s]+$/.test(text);
}

/** Whether it is cloudinary:// with key, secret and cloud, and an upload_prefix of http or https if any. */
export function isCloudinaryUrl(text: string): boolean {
  if (!/^cloudinary:\/\/[^\s#]+$/.test(text) || !URL.canParse(text)) return false;
  const { username, password, hostname, pathname, searchParams } = new URL(text);
  const prefix = searchParams.get("upload_prefix") ?? "https://api.cloudinary.com";
  const isWhole = username && password && hostname && pathname.length < 2;
  return Boolean(isWhole) && [username, password].every(isDecodable) &&
    /^https?:\/\/./.test(prefix);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
