import assert from "node:assert/strict";
import type { Child } from "../../dev/services/child_process.ts";
import { type Answer, newUser, type User } from "../support/client.ts";
import { type ProcessPipeline, startProcesses } from "../support/processes.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { connectTo } from "../support/test_database.ts";
import { until } from "../support/until.ts";

const urlOf = (api: Child) => api.ready[1] ?? "";

function submit(user: User, api: Child, key = "k"): Promise<Answer> {
  return user.submit(urlOf(api), undefined, { "Idempotency-Key": key });
}

/** The ids of the assets that count. */
async function accepted({ documents }: ProcessPipeline): Promise<string[]> {
  const assets = (await documents()).filter(({ status }) => status !== "draft");
  return assets.map(({ _id }) => String(_id));
}

/** As if the time had passed in which the first request may be at work. */
async function endHolds({ env }: ProcessPipeline): Promise<void> {
  const database = await connectTo(env["MONGODB_URI"] ?? "");
  try {
    const keys = database.collection("idempotency_keys");
    const { matchedCount } = await keys.updateMany({}, { $set: { heldUntil: new Date(0) } });
    assert.equal(matchedCount, 1);
  } finally {
    await database.close();
  }
}

async function kill(api: Child, answer: Promise<Answer>): Promise<void> {
  const isLost = assert.rejects(answer);
  api.kill("SIGKILL");
  await Promise.all([api.status, isLost]);
}

function assertReplay({ status, headers, body }: Answer, assetId: string | undefined) {
  assert.equal(status, 202);
  assert.equal(headers.get("Idempotent-Replayed"), "true");
  assert.equal(body.data.assetId, assetId);
}

Deno.test("of equal requests that race on two API processes one is accepted; all end with its 202", async () => {
  await using pipeline = await startProcesses();
  const apis = await Promise.all([pipeline.start("api"), pipeline.start("api")]);
  const user = await newUser();
  const rounds = Array.from({ length: 5 }, (_, round) => `key-${round}`);
  for (const key of rounds) {
    const answers = await Promise.all(
      [...apis, ...apis, ...apis].map((api) =>
        until("a 202", async () => {
          const answer = await submit(user, api, key);
          assert.ok([202, 409].includes(answer.status));
          return answer.status === 202 ? answer : undefined;
        })
      ),
    );
    assert.equal(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1);
    const firsts = answers.filter(({ headers }) => !headers.has("Idempotent-Replayed"));
    assert.equal(firsts.length, 1);
  }
  assert.equal((await pipeline.documents()).length, rounds.length);
  assert.equal(await pipeline.queue.count(), rounds.length);
  assert.equal(pipeline.cloudinary.images.size, rounds.length);
});

Deno.test("a retry after the API was killed behind its accept or its add gets the same asset", async () => {
  await using pipeline = await startProcesses();
  const { MONGODB_URI = "", REDIS_URL = "" } = pipeline.env;
  await using mongo = startTcpProxy(MONGODB_URI);
  await using redis = startTcpProxy(REDIS_URL);
  const [behindAccept, behindAdd, other] = await Promise.all([
    pipeline.start("api", { MONGODB_URI: mongo.url }),
    pipeline.start("api", { REDIS_URL: redis.url }),
    pipeline.start("api"),
  ]);
  const user = await newUser();
  const gate = Promise.withResolvers<void>();
  pipeline.cloudinary.fault = async () => {
    await gate.promise;
    return Response.json({ secure_url: "https://images.example.com/a.png" });
  };
  const answers = [submit(user, behindAccept, "accept"), submit(user, behindAdd, "add")] as const;
  await until("both uploads", () => pipeline.cloudinary.uploads() === 2);
  // Their next commands arrive, and their answers do not.
  mongo.freeze();
  redis.freeze();
  gate.resolve();
  const ids = await until("both to be accepted", async () => {
    const ids = await accepted(pipeline);
    return ids.length === 2 && await pipeline.queue.count() === 1 ? ids : undefined;
  });
  await Promise.all([kill(behindAccept, answers[0]), kill(behindAdd, answers[1])]);

  const [job] = await pipeline.queue.getWaiting();
  const queuedId = job?.data.assetId;
  assertReplay(await submit(user, other, "add"), queuedId);
  const unqueuedId = ids.find((id) => id !== queuedId);
  assertReplay(await submit(user, other, "accept"), unqueuedId);
  assert.deepEqual((await accepted(pipeline)).sort(), ids.sort());
  const queued = (await pipeline.queue.getWaiting()).map(({ data }) => data.assetId);
  assert.deepEqual(queued.sort(), ids);
});

Deno.test("a retry after the API was killed in its upload is accepted once nobody can be at work", async () => {
  await using pipeline = await startProcesses();
  const [first, other] = await Promise.all([pipeline.start("api"), pipeline.start("api")]);
  const user = await newUser();
  pipeline.cloudinary.fault = () => new Promise(() => {});
  const answer = submit(user, first);
  await until("the upload", () => pipeline.cloudinary.uploads());
  await kill(first, answer);
  pipeline.cloudinary.fault = undefined;
  assert.equal((await submit(user, other)).status, 409);
  await endHolds(pipeline);
  const { status, headers, body } = await submit(user, other);
  assert.deepEqual([status, headers.has("Idempotent-Replayed")], [202, false]);
  assertReplay(await submit(user, other), body.data.assetId);
  await pipeline.start("worker", {
    ...{ RECONCILE_INTERVAL_MS: "50", RECONCILE_AFTER_MS: "501", IMAGE_STORE_TIMEOUT_MS: "500" },
  });
  const left = async () => (await pipeline.documents()).length === 1;
  await until("the draft of the dead to be purged", left);
  assert.deepEqual(await accepted(pipeline), [body.data.assetId]);
});

Deno.test("an API that slept through the take-over of its key is refused when it wakes", async () => {
  await using pipeline = await startProcesses();
  const [sleeper, other] = await Promise.all([pipeline.start("api"), pipeline.start("api")]);
  const user = await newUser();
  const gate = Promise.withResolvers<Response>();
  pipeline.cloudinary.fault = () => gate.promise;
  const late = submit(user, sleeper);
  await until("the upload", () => pipeline.cloudinary.uploads());
  sleeper.kill("SIGSTOP");
  pipeline.cloudinary.fault = undefined;
  await endHolds(pipeline);
  const { status, body } = await submit(user, other);
  assert.equal(status, 202);
  gate.resolve(Response.json({ secure_url: "https://images.example.com/a.png" }));
  sleeper.kill("SIGCONT");
  assert.equal((await late).status, 503);
  assertReplay(await submit(user, sleeper), body.data.assetId);
  assert.deepEqual(await accepted(pipeline), [body.data.assetId]);
  assert.equal(pipeline.cloudinary.images.size, 1);
});
