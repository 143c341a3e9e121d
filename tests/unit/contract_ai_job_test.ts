import assert from "node:assert/strict";
import { CATEGORIES } from "../../src/assets/asset.ts";
import { jobDataSchema } from "../../src/contract/ai_job.ts";
import { assertJobData } from "../support/contract.ts";
import { isAccepted } from "../support/schema_agreement.ts";

const DATA = {
  assetId: "507f1f77bcf86cd799439011",
  userId: "507f191e810c19729de860ea",
  imageUrl: "https://res.cloudinary.com/demo/image/upload/v1/a.jpg",
  category: "lego",
  createdAt: "2025-12-28T10:30:00.000Z",
};

const inDevelopment = jobDataSchema({ allowLoopback: true });
const inProduction = jobDataSchema({ allowLoopback: false });

const accepts = (data: unknown) => isAccepted(inDevelopment, assertJobData, data);

Deno.test("T018 a job's data are its five fields", () => {
  assert.ok(accepts(DATA));
  assert.deepEqual(inDevelopment.parse(DATA), DATA);
  for (const category of CATEGORIES) assert.ok(accepts({ ...DATA, category }), category);
});

Deno.test("T018 a job's data with a field less or more are refused", () => {
  for (const name of Object.keys(DATA)) {
    assert.ok(!accepts({ ...DATA, [name]: undefined }), name);
    const { [name as keyof typeof DATA]: _, ...incomplete } = DATA;
    assert.ok(!accepts(incomplete), name);
  }
  for (const extra of [{ attempt: 1 }, { requestId: "r" }, { traceparent: "00-0-0-00" }]) {
    assert.ok(!accepts({ ...DATA, ...extra }));
  }
  for (const nothing of [{}, null, [], "text", 1]) assert.ok(!accepts(nothing));
});

Deno.test("T018 a job's data with a field that is no such thing are refused", () => {
  const wrong = {
    assetId: ["", "42", "507F1F77BCF86CD799439011", `${DATA.assetId}0`, `${DATA.assetId}\n`, null],
    userId: ["", "g".repeat(24), "user", 1],
    imageUrl: [
      "",
      "x",
      "/a.png",
      "//example.com/a.png",
      "ftp://example.com/a.png",
      "https://",
      null,
    ],
    category: ["", "hats", "Lego", null],
    createdAt: ["", "yesterday", "2025-12-28", "2025-12-28T10:30:00", "2025-12-28T10:30Z"],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) assert.ok(!accepts({ ...DATA, [name]: value }), `${name} ${value}`);
  }
  for (const createdAt of ["2025-02-30T10:30:00Z", "2025-12-28T10:30:00+01:00", 1766917800000]) {
    assert.ok(!accepts({ ...DATA, createdAt }), `${createdAt}`);
  }
  assert.ok(accepts({ ...DATA, createdAt: "2025-12-28T10:30:00Z" }));
});

Deno.test("T018 an image is https, and in development on this machine too", () => {
  const here = [
    "http://localhost/a.png",
    "http://localhost:3000/images/a.png",
    "http://127.0.0.1:3000/a?b#c",
    "http://127.1.2.3",
    "http://[::1]:3000/a.png",
  ];
  const elsewhere = [
    "http://example.com/a.png",
    "http://10.0.0.1/a.png",
    "http://127.0.0.1.example.com/a.png",
    "http://localhost.example.com/a.png",
    "http://localhost@example.com/a.png",
    "http://[::2]/a.png",
    "https://example.com/a b.png",
    " https://example.com/a.png",
    "https://example.com/a.png\n",
  ];
  for (const imageUrl of here) {
    assert.ok(accepts({ ...DATA, imageUrl }), imageUrl);
    assert.ok(!inProduction.safeParse({ ...DATA, imageUrl }).success, imageUrl);
  }
  for (const imageUrl of elsewhere) assert.ok(!accepts({ ...DATA, imageUrl }), imageUrl);
  assert.ok(inProduction.safeParse(DATA).success);
});
