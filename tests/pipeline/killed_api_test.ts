import assert from "node:assert/strict";
import type { Child } from "../../dev/services/child_process.ts";
import { newUser } from "../support/client.ts";
import type { FakeCloudinary } from "../support/fake_cloudinary.ts";
import { startProcesses } from "../support/processes.ts";
import { isMarked, SOON } from "../support/reconciling.ts";
import { services } from "../support/services.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";

/** Submits something that will never be answered, because the API is killed before. */
async function submitInVain({ ready: [, api = ""] }: Child): Promise<void> {
  const user = await newUser();
  user.submit(api).catch(() => {});
}

/** What the next upload leads to, after it is stored as ever. */
function afterUpload(cloudinary: FakeCloudinary, then: (stored: Response) => Promise<Response>) {
  cloudinary.fault = async ({ url, method, headers, body }) => {
    cloudinary.fault = undefined;
    return await then(await fetch(url, { method, headers, body }));
  };
}

async function kill(child: Child): Promise<void> {
  child.kill("SIGKILL");
  await child.status;
}

Deno.test("an API is killed before it queued an accepted asset: it becomes active", async () => {
  await using proxy = startTcpProxy(services().redisUrl);
  await using pipeline = await startProcesses();
  const { queue, documents } = pipeline;
  // Without its first round the queue would be filled as one that lost its data.
  const first = await pipeline.start("worker");
  await until("its first round", () => isMarked(pipeline));
  first.kill("SIGTERM");
  await first.status;
  const api = await pipeline.start("api", { REDIS_URL: proxy.url });
  afterUpload(pipeline.cloudinary, (stored) => {
    proxy.freeze();
    return Promise.resolve(stored);
  });
  await submitInVain(api);
  const accepted = async () => (await documents()).find(({ status }) => status === "processing");
  const jobId = String((await until("an accepted asset", accepted))["processingJobId"]);
  // The proxy has let the command through, and only its answer not.
  await until("the job", () => queue.getJob(jobId));
  await kill(api);
  assert.equal((await documents())[0]?.["status"], "processing");
  await queue.remove(jobId);

  await pipeline.start("worker", SOON);
  const isActive = async () => (await documents())[0]?.["status"] === "active";
  await until("the asset to be active", isActive);
});

Deno.test("an API is killed between an upload and its asset: neither draft nor image stays", async () => {
  await using pipeline = await startProcesses();
  const { cloudinary, documents } = pipeline;
  const api = await pipeline.start("api");
  afterUpload(cloudinary, () => new Promise(() => {}));
  await submitInVain(api);
  await until("the image to be stored", () => cloudinary.images.size);
  await kill(api);
  assert.equal((await documents())[0]?.["status"], "draft");

  await pipeline.start("worker", SOON);
  await until("the draft to be gone", async () => (await documents()).length === 0);
  assert.equal(cloudinary.images.size, 0);
});
