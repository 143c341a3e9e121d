import { createHash } from "node:crypto";

export interface StoredImage {
  readonly publicId: string;
  readonly contentType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface FakeCloudinary extends AsyncDisposable {
  /** For CLOUDINARY_URL. */
  readonly cloudinaryUrl: string;
  readonly images: Map<string, StoredImage>;
  /** How often an upload was asked for, whatever the answer. */
  readonly uploads: () => number;
  /** What the next calls get instead of a good answer; `undefined` again for good answers. */
  fault: ((request: Request) => Response | Promise<Response>) | undefined;
}

const ACCOUNT = { cloud: "demo", key: "123456789", secret: "a+b/secret" };

/** Cloudinary's upload API as an HTTP server of its own: it checks signatures and keeps what it gets. */
export function startFakeCloudinary(): FakeCloudinary {
  const images = new Map<string, StoredImage>();
  const closed = Promise.withResolvers<Response>();
  let uploads = 0;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request): Promise<Response> => {
      const { pathname } = new URL(request.url);
      const served = images.get(pathname.slice("/images/".length));
      if (served) {
        return new Response(served.bytes, { headers: { "content-type": served.contentType } });
      }
      if (pathname === `/v1_1/${ACCOUNT.cloud}/ping`) return pong(request);
      if (pathname.endsWith("/upload")) uploads++;
      if (fake.fault) return await Promise.race([fake.fault(request), closed.promise]);
      const form = await request.formData();
      const refusal = refusalOf(form);
      if (refusal) return Response.json({ error: { message: refusal } }, { status: 401 });
      const publicId = String(form.get("public_id"));
      switch (pathname) {
        case `/v1_1/${ACCOUNT.cloud}/image/upload`: {
          const file = form.get("file") as File;
          const bytes = new Uint8Array(await file.arrayBuffer());
          images.set(publicId, { publicId, contentType: file.type, bytes });
          return Response.json({ public_id: publicId, secure_url: `${base}/images/${publicId}` });
        }
        case `/v1_1/${ACCOUNT.cloud}/image/destroy`:
          return Response.json({ result: images.delete(publicId) ? "ok" : "not found" });
        default:
          return Response.json({ error: { message: "no such API" } }, { status: 404 });
      }
    },
  );
  const base: string = `http://127.0.0.1:${server.addr.port}`;
  const { key, secret, cloud } = ACCOUNT;
  const fake: FakeCloudinary = {
    cloudinaryUrl: `cloudinary://${key}:${encodeURIComponent(secret)}@${cloud}` +
      `?upload_prefix=${encodeURIComponent(base)}`,
    images,
    uploads: () => uploads,
    fault: undefined,
    async [Symbol.asyncDispose]() {
      closed.resolve(new Response(null, { status: 500 }));
      await server.shutdown();
    },
  };
  return fake;
}

/** https://cloudinary.com/documentation/admin_api#ping */
function pong(request: Request): Response {
  const credentials = btoa(`${ACCOUNT.key}:${ACCOUNT.secret}`);
  const isKnown = request.headers.get("Authorization") === `Basic ${credentials}`;
  return Response.json({ status: isKnown ? "ok" : "refused" }, { status: isKnown ? 200 : 401 });
}

/** https://cloudinary.com/documentation/authentication_signatures */
function refusalOf(form: FormData): string | undefined {
  const notSigned = ["file", "api_key", "signature", "cloud_name", "resource_type"];
  const toSign = [...form].filter(([name]) => !notSigned.includes(name))
    .map(([name, value]) => `${name}=${value}`).sort().join("&");
  const signature = createHash("sha1").update(toSign + ACCOUNT.secret).digest("hex");
  if (form.get("api_key") !== ACCOUNT.key) return "Unknown API key";
  if (form.get("signature") !== signature) return "Invalid Signature";
  const age = Date.now() / 1000 - Number(form.get("timestamp"));
  return Math.abs(age) > 3600 ? "Stale request" : undefined;
}
