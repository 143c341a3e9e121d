import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { type Answer, newUser, send, type User } from "../support/client.ts";
import { type Pipeline, startPipeline } from "../support/pipeline.ts";
import { services } from "../support/services.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";

const MESSAGE = "Too many images are waiting to be analysed; try again later";

/** Submits until it is refused: when the first was submitted may be known a second late. */
async function untilRefused(api: string, user: User): Promise<Answer> {
  return await until("a refusal", async () => {
    const answer = await user.submit(api);
    return answer.status === 503 ? answer : undefined;
  });
}

function assertRefused({ status, headers, body }: Answer, retryAfter: string) {
  assert.equal(status, 503);
  const { requestId: _, ...error } = body.error;
  assert.deepEqual(error, { code: "SERVICE_UNAVAILABLE", message: MESSAGE });
  assert.equal(headers.get("Retry-After"), retryAfter);
}

/** As if so many jobs had ended just now, for as long as it is not disposed. */
async function endJobs({ env }: Pipeline, count: number): Promise<AsyncDisposable> {
  const redis = new Redis(services().redisUrl);
  const completed = `${env["QUEUE_PREFIX"]}:ai-processing:completed`;
  const ids = Array.from({ length: count }, (_, i) => `ended-${i}`);
  await redis.zadd(completed, ...ids.flatMap((id) => [Date.now(), id]));
  return {
    async [Symbol.asyncDispose]() {
      await redis.zrem(completed, ...ids);
      redis.disconnect();
    },
  };
}

Deno.test("with the limit's jobs waiting a submission is refused and leaves nothing; with fewer one is accepted", async () => {
  await using pipeline = await startPipeline({ workers: 0, env: { QUEUE_MAX_WAITING: "3" } });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  for (let count = 0; count < 3; count++) assert.equal((await user.submit(api)).status, 202);
  for (let count = 0; count < 3; count++) assertRefused(await user.submit(api), "60");
  assert.equal((await pipeline.documents()).length, 3);
  assert.equal(pipeline.cloudinary.uploads(), 3);
  const [job, ...others] = await pipeline.queue.getWaiting();
  assert.equal(others.length, 2);

  await job?.remove();
  const isAccepted = async () => (await user.submit(api)).status === 202;
  await until("a submission is accepted again", isAccepted);
});

Deno.test("the time to try again goes by how fast jobs end", async () => {
  await using pipeline = await startPipeline({ workers: 0, env: { QUEUE_MAX_WAITING: "1" } });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  await using _ended = await endJobs(pipeline, 3);
  assert.equal((await user.submit(api)).status, 202);
  assertRefused(await user.submit(api), "20");
});

Deno.test("once the first job waits for too long the same follows, for an owner's retry too", async () => {
  await using pipeline = await startPipeline({ workers: 0, env: { QUEUE_MAX_AGE_MS: "1" } });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  assertRefused(await untilRefused(api, user), "60");
  assertRefused(await user.post(api, `/api/assets/${user.userId}/retry`), "60");
});

Deno.test("a refusal comes after the token's check, before the content type's, and before the body", async () => {
  await using pipeline = await startPipeline({ workers: 0, env: { QUEUE_MAX_WAITING: "1" } });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  assert.equal((await user.submit(api)).status, 202);
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  const endless = (token: string) =>
    send(`${api}/api/assets/analyze-queue`, {
      method: "POST",
      headers: { "Authorization": `Bearer ${token}`, "Content-Type": "text/plain" },
      body: new ReadableStream<Uint8Array<ArrayBuffer>>({
        async pull(controller) {
          controller.enqueue(new Uint8Array(1024));
          await answered;
          controller.close();
        },
      }),
    });
  assert.equal((await endless("bad")).status, 401);
  assertRefused(await endless(user.token), "60");
  resolve();
});

Deno.test("an upload that is refused reads its answer while it is still sending, and the next request works", async () => {
  await using pipeline = await startPipeline({ workers: 0, env: { QUEUE_MAX_WAITING: "1" } });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  assert.equal((await user.submit(api)).status, 202);
  const big = new File([new Uint8Array(9 * 1024 * 1024)], "a.png");
  for (let round = 0; round < 3; round++) {
    const refusal = await user.submit(api, [["image", big], ["category", "lego"]]);
    assertRefused(refusal, "60");
    assert.equal(refusal.headers.get("Connection"), "keep-alive");
  }
  assert.equal((await user.get(api, "/api/assets")).status, 200);
});

Deno.test("without limits nothing is refused, whatever waits", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const user = await newUser();
  for (let count = 0; count < 5; count++) assert.equal((await user.submit(api)).status, 202);
});

for (const outage of ["cut", "freeze"] as const) {
  Deno.test(`after a ${outage} of Redis the limits change nothing: the usual 503`, async () => {
    await using proxy = startTcpProxy(services().redisUrl);
    await using pipeline = await startPipeline({
      ...{ workers: 0, redisUrl: proxy.url, env: { QUEUE_MAX_WAITING: "9" } },
    });
    const [api = ""] = pipeline.apiUrls;
    const user = await newUser();
    assert.equal((await user.submit(api)).status, 202);
    proxy[outage]();
    const refused = await until("the outage is noticed", async () => {
      const answer = await user.submit(api);
      return answer.status === 503 ? answer : undefined;
    });
    const { message } = refused.body.error;
    assert.equal(message, "A service we depend on does not answer; try again shortly");
    assert.equal(refused.headers.get("Retry-After"), "5");
    proxy.restore();
    const isAccepted = async () => (await user.submit(api)).status === 202;
    await until("a submission is accepted again", isAccepted);
  });
}
