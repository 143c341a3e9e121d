import { z } from "zod";
import { AssetError, type ErrorCode } from "../assets/errors.ts";
import type { ImageStore } from "../assets/ports.ts";

const DEFAULT_UPLOAD_PREFIX = "https://api.cloudinary.com";

const uploadedSchema = z.object({ secure_url: z.url() });

/**
 * Keeps pictures at Cloudinary by its signed REST API: fetch gives what the SDK's uploader lacks,
 * a deadline, an abort and real errors (docs/decisions.md). The SDK signs.
 *
 * @param options.url cloudinary://key:secret@cloud, with `?upload_prefix=` honoured
 * @param options.timeoutMs for one call, from connecting to the whole answer
 */
export async function createCloudinaryImageStore(
  options: { url: string; timeoutMs: number },
): Promise<ImageStore> {
  // Imported here because the SDK reads CLOUDINARY_URL while it loads, and throws if it is malformed.
  const { v2: cloudinary } = await import("cloudinary");
  const account = new URL(options.url);
  const secret = decodeURIComponent(account.password);
  const prefix = account.searchParams.get("upload_prefix") ?? DEFAULT_UPLOAD_PREFIX;
  const endpoint = `${prefix.replace(/\/+$/, "")}/v1_1/${account.hostname}/image`;

  async function call(action: string, fields: Record<string, string>, options: CallOptions) {
    const form = new FormData();
    const params = { ...fields, timestamp: String(Math.floor(Date.now() / 1000)) };
    for (const [name, value] of Object.entries(params)) form.set(name, value);
    form.set("api_key", decodeURIComponent(account.username));
    form.set("signature", cloudinary.utils.api_sign_request(params, secret));
    if (options.file) form.set("file", options.file, fields["public_id"]);
    const response = await fetch(`${endpoint}/${action}`, {
      method: "POST",
      body: form,
      redirect: "error",
      signal: options.signal,
    });
    const answer = await response.text();
    if (response.ok) return answer;
    const cause = new Error(`Cloudinary answered ${response.status}: ${answer.slice(0, 200)}`);
    // A gateway speaks for itself only: what lies behind it may have done its work.
    throw [502, 504].includes(response.status) ? cause : refusal(response.status, cause);
  }

  async function attempt<T>(otherwise: ErrorCode, signal: AbortSignal | undefined, run: Run<T>) {
    const deadline = AbortSignal.timeout(options.timeoutMs);
    try {
      return await run(signal ? AbortSignal.any([signal, deadline]) : deadline);
    } catch (cause) {
      if (cause instanceof AssetError) throw cause;
      const code = isNeverSent(cause) ? "service_unavailable" : otherwise;
      throw new AssetError(code, "Cloudinary did not answer as it should", { cause });
    }
  }

  return {
    put: (image, { name, contentType, signal }) =>
      attempt("image_in_doubt", signal, async (signal) => {
        const abortable = image.pipeThrough(new TransformStream(), { signal });
        const file = new Blob([await new Response(abortable).bytes()], { type: contentType });
        const answer = await call("upload", { public_id: name, overwrite: "true" }, {
          file,
          signal,
        });
        return { url: uploadedSchema.parse(JSON.parse(answer)).secure_url };
      }),

    remove: (name, signal) =>
      attempt("service_unavailable", signal, async (signal) => {
        await call("destroy", { public_id: name, invalidate: "true" }, { signal });
      }),
  };
}

interface CallOptions {
  readonly file?: Blob;
  readonly signal: AbortSignal;
}

type Run<T> = (signal: AbortSignal) => Promise<T>;

/** An answer that says no: whatever was sent is not stored. */
function refusal(status: number, cause: Error): AssetError {
  if (status === 400 && /invalid image/i.test(cause.message)) {
    return new AssetError("image_rejected", "Cloudinary cannot read the image", { cause });
  }
  const message = [401, 403, 404].includes(status)
    ? "Cloudinary refuses CLOUDINARY_URL: check its key, secret and cloud name"
    : "Cloudinary refused the call";
  return new AssetError("service_unavailable", message, { cause });
}

/** Deno's fetch tells a connection that was never made in its message only. */
function isNeverSent(error: unknown): boolean {
  const { cause } = error instanceof Error ? error : {};
  return [error, cause].some((e) => e instanceof Error && e.message.includes("(Connect)"));
}
