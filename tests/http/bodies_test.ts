import assert from "node:assert/strict";
import { newUser, send } from "../support/client.ts";
import { photo } from "../support/photos.ts";
import { startPipeline } from "../support/pipeline.ts";

const PART_HEAD = '--X\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n';
const CATEGORY = '\r\n--X\r\nContent-Disposition: form-data; name="category"\r\n\r\nlego';
const END = "\r\n--X--\r\n";
const MULTIPART = "multipart/form-data; boundary=X";
const BODY_FAULT = [
  { field: "body", message: "The body could not be read as multipart/form-data" },
];

/** Sends without a declared length, in chunks. */
function chunked(...parts: (string | Uint8Array<ArrayBuffer>)[]) {
  const encoder = new TextEncoder();
  return ReadableStream.from(
    parts.map((part) => typeof part === "string" ? encoder.encode(part) : part),
  );
}

async function open() {
  const pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const { token } = await newUser();
  const post = (body: BodyInit | null, contentType?: string, authorization = `Bearer ${token}`) =>
    send(`${api}/api/assets/analyze-queue`, {
      method: "POST",
      headers: { authorization, ...(contentType && { "Content-Type": contentType }) },
      body,
    });
  return { pipeline, post };
}

Deno.test("a body that is not multipart/form-data is answered 415", async () => {
  const { pipeline, post } = await open();
  await using _ = pipeline;
  for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded"]) {
    const { status, body } = await post("{}", type);
    assert.equal(status, 415);
    assert.equal(body.error.code, "UNSUPPORTED_MEDIA_TYPE");
  }
  assert.equal((await post(null)).status, 415);
});

Deno.test("a body without boundary, of another boundary, cut or empty names the field body", async () => {
  const { pipeline, post } = await open();
  await using _ = pipeline;
  const whole = PART_HEAD + "x" + CATEGORY + END;
  const cases = [
    [whole, "multipart/form-data"],
    [whole, "multipart/form-data; boundary=Y"],
    [PART_HEAD + "x" + CATEGORY, MULTIPART],
    ["", MULTIPART],
    ["nonsense", MULTIPART],
  ] as const;
  for (const [body, type] of cases) {
    const answer = await post(body, type);
    assert.equal(answer.status, 400, type);
    assert.deepEqual(answer.body.error.details, BODY_FAULT);
  }
  assert.equal((await post(null, MULTIPART)).status, 400);
  assert.deepEqual(await pipeline.documents(), []);
});

Deno.test("a chunked upload is accepted, its fields in any order and others ignored", async () => {
  const { pipeline, post } = await open();
  await using _ = pipeline;
  const bytes = await (await photo("camera.png")).bytes();
  const extra = '\r\n--X\r\nContent-Disposition: form-data; name="status"\r\n\r\nactive';
  const { status } = await post(chunked(PART_HEAD, bytes, extra, CATEGORY, END), MULTIPART);
  assert.equal(status, 202);
  const [document] = await pipeline.documents();
  assert.equal(document?.["status"], "processing");
});

Deno.test("an early refusal reaches a client that is still sending, and the next request works", async () => {
  const { pipeline, post } = await open();
  await using _ = pipeline;
  const megabyte = new Uint8Array(1024 * 1024);
  const upload = (megabytes: number) =>
    chunked(PART_HEAD, ...new Array(megabytes).fill(megabyte), CATEGORY, END);
  for (let round = 0; round < 3; round++) {
    const tooLarge = await post(upload(12), MULTIPART);
    assert.equal(tooLarge.status, 400);
    assert.deepEqual(tooLarge.body.error.details, [
      { field: "image", message: "Maximum file size is 10MB" },
    ]);
    const declared = await post(new Uint8Array(40 * 1024 * 1024), MULTIPART);
    assert.equal(declared.status, 400);
    assert.equal((await post(upload(12), MULTIPART, "Bearer bad")).status, 401);
    assert.equal((await post(upload(12), "text/plain")).status, 415);
    const bytes = await (await photo("camera.png")).bytes();
    assert.equal((await post(chunked(PART_HEAD, bytes, CATEGORY, END), MULTIPART)).status, 202);
  }
});

Deno.test("a request with a bad token is answered before its body comes", async () => {
  const { pipeline, post } = await open();
  await using _ = pipeline;
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      controller.enqueue(new TextEncoder().encode(PART_HEAD));
      await answered;
      controller.close();
    },
  });
  const { status } = await post(body, MULTIPART, "Bearer bad");
  resolve();
  assert.equal(status, 401);
});
