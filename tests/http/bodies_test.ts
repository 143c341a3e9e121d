import assert from "node:assert/strict";
import { form, newUser, send } from "../support/client.ts";
import { photo, photoOfSize } from "../support/photos.ts";
import { startPipeline } from "../support/pipeline.ts";

const PART_HEAD = '--X\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n';
const CATEGORY = '\r\n--X\r\nContent-Disposition: form-data; name="category"\r\n\r\nlego';
const END = "\r\n--X--\r\n";
const MULTIPART = "multipart/form-data; boundary=X";
const BODY_FAULT = [
  { field: "body", message: "The body could not be read as multipart/form-data" },
];
const TOO_LARGE = { field: "image", message: "Maximum file size is 10MB" };
const NO_IMAGE = { field: "image", message: "An image file is required" };
const CATEGORY_FAULT = {
  field: "category",
  message: "Category must be one of: sneaker, lego, camera, other",
};
/** As a browser sends a file field in which nothing was chosen. */
const NO_FILE = '--X\r\nContent-Disposition: form-data; name="image"; filename=""\r\n\r\n';

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
  const request = (path: string, init: RequestInit) => send(api + path, init);
  const post = (body: BodyInit | null, contentType?: string, authorization = `Bearer ${token}`) =>
    request("/api/assets/analyze-queue", {
      method: "POST",
      headers: { authorization, ...(contentType && { "Content-Type": contentType }) },
      body,
    });
  return { pipeline, request, post };
}

Deno.test("a body that is not multipart/form-data is answered 415", async () => {
  const { pipeline, post } = await open();
  await using _ = pipeline;
  for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded"]) {
    const { status, body } = await post("{}", type);
    assert.equal(status, 415);
    assert.equal(body.error.code, "UNSUPPORTED_MEDIA_TYPE");
  }
  assert.equal((await post("{}", "multipart/mixed; boundary=X")).status, 415);
  assert.equal((await post(null)).status, 415);
  assert.deepEqual(await pipeline.documents(), []);
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

Deno.test("FR-006 a chunked upload is accepted, its fields in any order and others ignored", async () => {
  const { pipeline, post } = await open();
  await using _ = pipeline;
  const bytes = await (await photo("camera.png")).bytes();
  const extra = '\r\n--X\r\nContent-Disposition: form-data; name="status"\r\n\r\nactive';
  const { status } = await post(chunked(PART_HEAD, bytes, extra, CATEGORY, END), MULTIPART);
  assert.equal(status, 202);
  const [document] = await pipeline.documents();
  assert.equal(document?.["status"], "processing");
});

Deno.test("T016 an early refusal reaches a client that is still sending, and the next request works", async () => {
  const { pipeline, post } = await open();
  await using _ = pipeline;
  const megabyte = new Uint8Array(1024 * 1024);
  const upload = (megabytes: number) =>
    chunked(PART_HEAD, ...new Array(megabytes).fill(megabyte), CATEGORY, END);
  for (let round = 0; round < 3; round++) {
    const tooLarge = await post(upload(12), MULTIPART);
    assert.equal(tooLarge.status, 400);
    assert.deepEqual(tooLarge.body.error.details, [TOO_LARGE]);
    assert.equal(tooLarge.headers.get("Connection"), "keep-alive");
    const declared = await post(new Uint8Array(40 * 1024 * 1024), MULTIPART);
    assert.equal(declared.status, 400);
    assert.deepEqual(declared.body.error.details, [TOO_LARGE]);
    assert.equal(declared.headers.get("Connection"), "keep-alive");
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

Deno.test("T014 a whole form without fields, or without a chosen file, names the fields", async () => {
  const { pipeline, post } = await open();
  await using _ = pipeline;
  const empty = await post("--X--\r\n", MULTIPART);
  assert.equal(empty.status, 400);
  assert.deepEqual(empty.body.error.details, [NO_IMAGE, CATEGORY_FAULT]);
  const notChosen = await post(NO_FILE + CATEGORY + END, MULTIPART);
  assert.equal(notChosen.status, 400);
  assert.deepEqual(notChosen.body.error.details, [
    { field: "image", message: "The image file is empty" },
  ]);
  assert.deepEqual(await pipeline.documents(), []);
});

Deno.test("T015 T016 a wrong category is told too while the body is within its limit", async () => {
  const { pipeline, post } = await open();
  await using _ = pipeline;
  const image = await photoOfSize(10_485_761);
  const { status, body } = await post(form([["image", image], ["category", "shoe"]]));
  assert.equal(status, 400);
  assert.deepEqual(body.error.details, [TOO_LARGE, CATEGORY_FAULT]);
  assert.deepEqual(await pipeline.documents(), []);
});

Deno.test("a form is read however its client writes it", async () => {
  const { pipeline, post } = await open();
  await using _ = pipeline;
  const bytes = await (await photo("camera.png")).bytes();
  const parts = [PART_HEAD, bytes, CATEGORY] as const;
  const cases = [
    ['multipart/form-data; boundary="X"', ...parts, END],
    ["Multipart/Form-Data; charset=utf-8; Boundary=X", ...parts, END],
    [MULTIPART, ...parts, "\r\n--X--"],
    [MULTIPART, "a preamble\r\n", ...parts, END, "an epilogue"],
  ] as const;
  for (const [type, ...body] of cases) {
    assert.equal((await post(chunked(...body), type)).status, 202, `${type} ${body.at(-1)}`);
  }
});

Deno.test("T020 the checks come in the contract's order, each before what only a later one minds", async () => {
  const { pipeline, post, request } = await open();
  await using _ = pipeline;
  const huge = new Uint8Array(11 * 1024 * 1024);
  const path = "/api/assets/analyze-queue";
  const anonymous = { headers: { "Content-Type": "text/plain" }, body: huge };
  const cases = [
    [404, "NOT_FOUND", request("/api/assets/nothing", { method: "PUT", ...anonymous })],
    [405, "METHOD_NOT_ALLOWED", request(path, { method: "PUT", ...anonymous })],
    [401, "UNAUTHORIZED", request(path, { method: "POST", ...anonymous })],
    [415, "UNSUPPORTED_MEDIA_TYPE", post(huge, "text/plain")],
  ] as const;
  for (const [status, code, answering] of cases) {
    const answer = await answering;
    assert.deepEqual([answer.status, answer.body.error.code], [status, code]);
  }
  const declared = await post(huge, "multipart/form-data");
  assert.deepEqual(declared.body.error.details, [TOO_LARGE]);
  const unreadable = await post(NO_FILE, MULTIPART);
  assert.deepEqual(unreadable.body.error.details, BODY_FAULT);
});
