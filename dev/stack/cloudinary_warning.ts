import { Buffer } from "node:buffer";
import { isCloudinaryUrl } from "../../src/config/values.ts";
import { DevServiceError } from "../services/dev_service_error.ts";

const TIMEOUT_MS = 3000;

/**
 * Makes sure that Cloudinary takes this key; returns a sentence of warning when it cannot be asked.
 * Throws a DevServiceError when it refuses. https://cloudinary.com/documentation/admin_api#ping
 */
export async function cloudinaryWarning(url: string): Promise<string | undefined> {
  // What is no address of Cloudinary, the roles complain about.
  if (!isCloudinaryUrl(url)) return undefined;
  const { username, password, hostname, searchParams } = new URL(url);
  const prefix = searchParams.get("upload_prefix") ?? "https://api.cloudinary.com";
  const credentials = [username, password].map(decodeURIComponent).join(":");
  const headers = { Authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(`${prefix}/v1_1/${hostname}/ping`, { headers, signal });
    await response.body?.cancel();
  } catch {
    return `Nothing answers at ${prefix}, where CLOUDINARY_URL points: uploads will get 503. ` +
      "Unset CLOUDINARY_URL to keep pictures in a folder.";
  }
  // Others may come of a key that may upload, but not administer.
  if (response.status !== 401) return undefined;
  throw new DevServiceError(
    `Cloudinary refuses the key in CLOUDINARY_URL (it answers 401): copy the URL anew ` +
      "from the page API Keys of its console, or unset CLOUDINARY_URL to keep pictures in a folder.",
  );
}
