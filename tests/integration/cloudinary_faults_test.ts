import assert from "node:assert/strict";
import type { ErrorCode } from "../../src/assets/errors.ts";
import type { ImageStore } from "../../src/assets/ports.ts";
import { hang, NAME, openStore, put } from "../support/cloudinary_store.ts";
import { assetErrorOf, textOf } from "../support/failures.ts";
import { startFakeCloudinary } from "../support/fake_cloudinary.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";

/** Both calls fail as an unavailable service, for a reason that shows no secret. */
async function assertUnavailable(
  store: ImageStore,
  cloudinaryUrl: string,
  uploadCode: ErrorCode = "service_unavailable",
): Promise<void> {
  const { password } = new URL(cloudinaryUrl);
  const calls = [
    [() => put(store), uploadCode],
    [() => store.remove(NAME), "service_unavailable"],
  ] as const;
  for (const [call, code] of calls) {
    const error = await assetErrorOf(call(), code);
    assert.ok(error.cause instanceof Error, textOf(error));
    assert.ok(error.cause.message.length > 0);
    for (const secret of [password, decodeURIComponent(password)]) {
      assert.ok(!textOf(error).includes(secret), textOf(error));
    }
  }
}

Deno.test("T003 credentials that are refused are told as an unavailable service", async () => {
  await using cloudinary = startFakeCloudinary();
  const wrong = [
    (url: string) => url.replace("a%2Bb", "another"),
    (url: string) => url.replace("123456789", "987654321"),
    (url: string) => url.replace("@demo", "@elsewhere"),
  ];
  for (const change of wrong) {
    const store = await openStore(cloudinary, { change });
    await assertUnavailable(store, change(cloudinary.cloudinaryUrl));
    const { message } = await assetErrorOf(put(store), "service_unavailable");
    assert.match(message, /refuses CLOUDINARY_URL: check its key, secret and cloud name/);
  }
  assert.equal(cloudinary.images.size, 0);
});

const answers: Record<string, () => Response> = {
  "status 500": () => Response.json({ error: { message: "On demand" } }, { status: 500 }),
  "status 420 of a rate limit": () => new Response("Slow down", { status: 420 }),
};

for (const [what, answer] of Object.entries(answers)) {
  Deno.test(`an answer with ${what} is told as an unavailable service`, async () => {
    await using cloudinary = startFakeCloudinary();
    cloudinary.fault = answer;
    await assertUnavailable(await openStore(cloudinary), cloudinary.cloudinaryUrl);
  });
}

const uselessAnswers: Record<string, () => Response> = {
  "status 504 of a gateway": () => new Response("Gateway timeout", { status: 504 }),
  "HTML": () => new Response("<html>Maintenance</html>"),
  "nothing": () => new Response(null),
  "JSON without a URL": () => Response.json({ public_id: NAME }),
  "no URL in its place": () => Response.json({ secure_url: "soon" }),
};

for (const [what, answer] of Object.entries(uselessAnswers)) {
  Deno.test(`an upload answered with ${what} is told to be in doubt`, async () => {
    await using cloudinary = startFakeCloudinary();
    cloudinary.fault = answer;
    const error = await assetErrorOf(put(await openStore(cloudinary)), "image_in_doubt");
    assert.ok(error.cause instanceof Error);
  });
}

Deno.test("a redirect is not followed and the upload is told to be in doubt", async () => {
  await using cloudinary = startFakeCloudinary();
  const location = "/v1_1/demo/image/upload";
  cloudinary.fault = () => {
    cloudinary.fault = undefined;
    return new Response(null, { status: 307, headers: { location } });
  };
  await assetErrorOf(put(await openStore(cloudinary)), "image_in_doubt");
  assert.equal(cloudinary.images.size, 0);
});

Deno.test("an answer that does not come is given up at the deadline", async () => {
  await using cloudinary = startFakeCloudinary();
  using _ = hang(cloudinary);
  const store = await openStore(cloudinary, { timeoutMs: 100 });
  await assertUnavailable(store, cloudinary.cloudinaryUrl, "image_in_doubt");
});

Deno.test("an answer that begins and does not end is given up at the deadline", async () => {
  await using cloudinary = startFakeCloudinary();
  const letGo = Promise.withResolvers<void>();
  using _ = { [Symbol.dispose]: letGo.resolve };
  cloudinary.fault = () => new Response(ReadableStream.from(endless(letGo.promise)));
  const store = await openStore(cloudinary, { timeoutMs: 100 });
  await assertUnavailable(store, cloudinary.cloudinaryUrl, "image_in_doubt");
});

Deno.test("a refused connection is told as an unavailable service", async () => {
  const gone = startFakeCloudinary();
  await gone[Symbol.asyncDispose]();
  await assertUnavailable(await openStore(gone), gone.cloudinaryUrl);
});

Deno.test("an upload whose connection is cut is told to be in doubt", async () => {
  await using cloudinary = startFakeCloudinary();
  const prefix = new URL(cloudinary.cloudinaryUrl).searchParams.get("upload_prefix") ?? "";
  await using proxy = startTcpProxy(prefix);
  cloudinary.fault = () => {
    proxy.cut();
    return new Response();
  };
  const throughProxy = (url: string) =>
    url.replace(encodeURIComponent(prefix), encodeURIComponent(proxy.url));
  const store = await openStore(cloudinary, { change: throughProxy });
  await assetErrorOf(put(store), "image_in_doubt");
  assert.equal(cloudinary.uploads(), 1);
});

async function* endless(until: Promise<void>) {
  yield new TextEncoder().encode("{");
  await until;
}

Deno.test("a picture that Cloudinary cannot read is told as rejected", async () => {
  await using cloudinary = startFakeCloudinary();
  cloudinary.fault = () =>
    Response.json({ error: { message: "Invalid image file" } }, { status: 400 });
  await assetErrorOf(put(await openStore(cloudinary)), "image_rejected");
});
