import assert from "node:assert/strict";
import { type Fields, form, newUser, send, type User } from "../support/client.ts";
import { photo, photoOfSize } from "../support/photos.ts";
import { type Pipeline, startPipeline } from "../support/pipeline.ts";

const MAX_BYTES = 10_485_760;
const CATEGORY_FAULT = {
  field: "category",
  message: "Category must be one of: sneaker, lego, camera, other",
};
const imageFault = (message: string) => ({ field: "image", message });

/** Submits and expects a 400 with these faults; nothing may have been stored, uploaded or queued. */
async function assertRefused(pipeline: Pipeline, user: User, fields: Fields, details: unknown) {
  const [api = ""] = pipeline.apiUrls;
  const { status, body, headers } = await user.submit(api, fields);
  assert.equal(status, 400);
  assert.deepEqual(body, {
    success: false,
    error: {
      code: "VALIDATION_ERROR",
      message: "The request is not valid",
      details,
      requestId: headers.get("X-Request-Id"),
    },
  });
  await assertNothingHappened(pipeline);
}

async function assertNothingHappened(pipeline: Pipeline) {
  assert.deepEqual(await pipeline.documents(), []);
  assert.equal(pipeline.cloudinary.uploads(), 0);
  assert.equal(await pipeline.queue.count(), 0);
}

Deno.test("US1.2 T014 T025 a submission without an image is refused, naming the field", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const user = await newUser();
  const required = [imageFault("An image file is required")];
  await assertRefused(pipeline, user, [["category", "lego"]], required);
  const wrongName = [["category", "lego"], ["photo", await photo("camera.png")]] as const;
  await assertRefused(pipeline, user, wrongName, required);
  await assertRefused(pipeline, user, [["category", "lego"], ["image", "text"]], [
    imageFault("The image must be a file, not text"),
  ]);
  await assertRefused(pipeline, user, [["category", "lego"], ["image", new File([], "a.png")]], [
    imageFault("The image file is empty"),
  ]);
});

Deno.test("US1.4 T015 T025 an invalid category is refused, listing the valid ones", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const user = await newUser();
  const image = ["image", await photo("camera.png")] as const;
  for (const category of ["shoe", "", "Sneaker", " lego", "__proto__", "constructor"]) {
    await assertRefused(pipeline, user, [image, ["category", category]], [CATEGORY_FAULT]);
  }
  await assertRefused(pipeline, user, [image], [CATEGORY_FAULT]);
  await assertRefused(pipeline, user, [image, ["category", new File(["lego"], "lego")]], [
    CATEGORY_FAULT,
  ]);
});

Deno.test("the faults of both fields are told together", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  await assertRefused(pipeline, await newUser(), [["other", "x"]], [
    imageFault("An image file is required"),
    CATEGORY_FAULT,
  ]);
});

Deno.test("two images or two categories are refused, even when they are equal", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const image = ["image", await photo("camera.png")] as const;
  const category = ["category", "lego"] as const;
  await assertRefused(pipeline, await newUser(), [image, image, category, category], [
    imageFault("Send exactly one image"),
    { field: "category", message: "Send exactly one category" },
  ]);
});

Deno.test("FR-006 T004 a file that is no accepted image is refused, whatever its name and type say", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const user = await newUser();
  for (
    const content of ["<html></html>", "<svg xmlns='http://www.w3.org/2000/svg'/>", "%PDF-1.7"]
  ) {
    const image = new File([content], "picture.png", { type: "image/png" });
    await assertRefused(pipeline, user, [["image", image], ["category", "lego"]], [
      imageFault("The file must be a JPEG, PNG, WebP, GIF, AVIF or HEIC image"),
    ]);
  }
});

Deno.test("FR-006 an image whose header claims too many pixels, or has no size, is refused", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const user = await newUser();
  const bomb = await (await photo("camera.png")).bytes();
  new DataView(bomb.buffer).setUint32(16, 65_536);
  const cases = [
    [bomb, "The image may have at most 40 megapixels, and 12,000 pixels a side"],
    [bomb.slice(0, 20), "The image's width and height could not be read: it may be damaged"],
  ] as const;
  for (const [bytes, message] of cases) {
    const image = ["image", new File([bytes], "photo.png")] as const;
    const faults = [imageFault(message)];
    await assertRefused(pipeline, user, [image, ["category", "lego"]], faults);
  }
});

Deno.test("FR-006 T004 an image is accepted by its bytes, whatever its name and type say", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const bytes = await (await photo("camera.png")).bytes();
  const image = new File([bytes], "../../x.html", { type: "text/html" });
  const { status } = await (await newUser()).submit(api, [["image", image], ["category", "lego"]]);
  assert.equal(status, 202);
  const [stored] = pipeline.cloudinary.images.values();
  assert.equal(stored?.contentType, "image/png");
});

Deno.test("T004 T016 an image of exactly 10 MiB passes", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const fields = [["image", await photoOfSize(MAX_BYTES)], ["category", "lego"]] as const;
  assert.equal((await (await newUser()).submit(api, fields)).status, 202);
  const [stored] = pipeline.cloudinary.images.values();
  assert.equal(stored?.bytes.length, MAX_BYTES);
});

Deno.test("T004 T016 one byte more than 10 MiB is too large", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const user = await newUser();
  const image = ["image", await photoOfSize(MAX_BYTES + 1)] as const;
  const tooLarge = imageFault("Maximum file size is 10MB");
  await assertRefused(pipeline, user, [image, ["category", "lego"]], [tooLarge]);
});

Deno.test("reading ends at the limit, and then only the image is reported", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const image = ["image", await photoOfSize(MAX_BYTES + 200_000)] as const;
  await assertRefused(pipeline, await newUser(), [image, ["category", "shoe"]], [
    imageFault("Maximum file size is 10MB"),
  ]);
});

Deno.test("US1.3 T017 T020 without a token, or with a bad one, the answer is 401 with a challenge", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const url = `${api}/api/assets/analyze-queue`;
  const body = form([["image", await photo("camera.png")], ["category", "lego"]]);
  const { token } = await newUser();
  const cases = [
    [undefined, "Bearer"],
    ["Basic dTpw", "Bearer"],
    [`Token ${token}`, "Bearer"],
    ["Bearer", "Bearer"],
    [`Bearer ${token}x`, 'Bearer error="invalid_token"'],
    ["Bearer a.b.c", 'Bearer error="invalid_token"'],
  ] as const;
  for (const [authorization, challenge] of cases) {
    const headers = authorization ? { authorization } : {};
    const answer = await send(url, { method: "POST", headers, body });
    assert.equal(answer.status, 401, `${authorization}`);
    assert.equal(answer.body.error.code, "UNAUTHORIZED");
    assert.equal(answer.headers.get("WWW-Authenticate"), challenge);
  }
  const inQuery = await send(`${url}?token=${token}`, { method: "POST", body });
  assert.equal(inQuery.status, 401);
  await assertNothingHappened(pipeline);
});
