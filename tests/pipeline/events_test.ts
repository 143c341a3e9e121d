import assert from "node:assert/strict";
import { orderFault } from "../support/ai_control.ts";
import { connect, type Device, newUser } from "../support/client.ts";
import { startPipeline } from "../support/pipeline.ts";
import { startProcesses } from "../support/processes.ts";
import { services } from "../support/services.ts";
import { startTcpProxy } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";

const told = ({ events }: Device) => events.map((event) => "error" in event && event.error);
const hears = (device: Device, message: string) =>
  until(`'${message}'`, () => told(device).includes(message));

Deno.test("auth.since: what settled strictly later is replayed, oldest first, and then goes on", async () => {
  await using pipeline = await startPipeline({ workers: 0 });
  const [api = ""] = pipeline.apiUrls;
  const { userId, token } = await newUser();
  using before = await connect(api, { token });
  for (const message of ["one", "two", "three"]) await pipeline.lastWord(userId, message);
  await hears(before, "three");
  const all = [...before.events];
  const settledAfter = (since: string) =>
    all.filter(({ timestamp }) => Date.parse(timestamp) > Date.parse(since))
      .map((event) => "error" in event && event.error);
  const [first, second, third] = all.map(({ timestamp }) => timestamp);
  const valid = [first, second?.replace("Z", "+00:00"), third, "1970-01-01T00:00:00Z"];
  const later = "2999-01-01T00:00:00.000Z";
  const invalid = ["yesterday", "2026-01-01", 1_700_000_000, null, {}, undefined];
  for (const since of [...valid, later, ...invalid]) {
    const missed = valid.includes(since as string) ? settledAfter(`${since}`) : [];
    using device = await connect(api, { token, since });
    const last = `after ${since}`;
    await pipeline.lastWord(userId, last);
    await hears(device, last);
    assert.deepEqual(told(device), [...missed, last]);
    all.push(...device.events.slice(-1));
  }
});

Deno.test("a device that was away hears what it missed on another API process, in the same words", async () => {
  await using pipeline = await startPipeline({ workers: 0, apis: 2 });
  const [first = "", second = ""] = pipeline.apiUrls;
  const { userId, token } = await newUser();
  using stays = await connect(first, { token });
  const leaves = await connect(first, { token });
  await pipeline.lastWord(userId, "before");
  await hears(leaves, "before");
  leaves[Symbol.dispose]();
  await pipeline.lastWord(userId, "meanwhile");
  using comesBack = await connect(second, { token, since: leaves.events[0]?.timestamp });
  await hears(comesBack, "meanwhile");
  await hears(stays, "meanwhile");
  assert.deepEqual(comesBack.events, stays.events.slice(1));
});

Deno.test("events come without Redis, each once, and go on when it is back", async () => {
  await using proxy = startTcpProxy(services().redisUrl);
  await using pipeline = await startPipeline({ workers: 0, redisUrl: proxy.url });
  const [api = ""] = pipeline.apiUrls;
  const { userId, token } = await newUser();
  using device = await connect(api, { token });
  proxy.cut();
  await pipeline.lastWord(userId, "cut");
  await hears(device, "cut");
  proxy.restore();
  await pipeline.lastWord(userId, "back");
  await hears(device, "back");
  assert.deepEqual(told(device), ["cut", "back"]);
});

Deno.test("a connection made while MongoDB is away hears what settles from then on", async () => {
  await using proxy = startTcpProxy(services().mongoUri);
  await using pipeline = await startPipeline({ workers: 0, mongoUri: proxy.url });
  const [api = ""] = pipeline.apiUrls;
  const { userId, token } = await newUser();
  proxy.cut();
  using device = await connect(api, { token });
  await pipeline.lastWord(userId, "meanwhile");
  proxy.restore();
  await hears(device, "meanwhile");
});

Deno.test("a failure is heard although its asset is given another run at once, and so is that run's end", async () => {
  await using pipeline = await startPipeline();
  const [api = ""] = pipeline.apiUrls;
  const { token, post, submit } = await newUser();
  using device = await connect(api, { token });
  await orderFault(pipeline.ai.url, { kind: "status", status: 400, times: 1 });
  const { assetId } = (await submit(api)).body.data;
  await device.eventOf(assetId, "failed");
  assert.equal((await post(api, `/api/assets/${assetId}/retry`)).status, 202);
  await device.eventOf(assetId, "active");
  using later = await connect(api, { token, since: "1970-01-01T00:00:00Z" });
  await later.eventOf(assetId, "active");
  for (const { events } of [device, later]) {
    assert.deepEqual(events.map(({ status }) => status), ["failed", "active"]);
  }
});

Deno.test("an API process that was killed tells it after its restart to who comes back", async () => {
  await using pipeline = await startProcesses();
  const api = await pipeline.start("api");
  const url = api.ready[1] ?? "";
  const { userId, token } = await newUser();
  const before = await connect(url, { token });
  await pipeline.lastWord(userId, "before");
  await hears(before, "before");
  api.kill("SIGKILL");
  await api.status;
  await pipeline.lastWord(userId, "meanwhile");
  const next = await pipeline.start("api");
  using after = await connect(next.ready[1] ?? "", { token, since: before.events[0]?.timestamp });
  await hears(after, "meanwhile");
  assert.deepEqual(told(after), ["meanwhile"]);
});
