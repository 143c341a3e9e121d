import assert from "node:assert/strict";
import { join } from "node:path";
import denoJson from "../../deno.json" with { type: "json" };
import { freePort } from "../../dev/services/start_server.ts";
import { connect, newUser } from "../support/client.ts";
import { assertEvent } from "../support/contract.ts";
import { startOutside } from "../support/pipeline.ts";
import { readProjectFile } from "../support/project_files.ts";
import { JWT_SECRET } from "../support/tokens.ts";
import { until } from "../support/until.ts";
import { pythonPackages } from "./python_packages.ts";
import { readmeBlocks } from "./readme_blocks.ts";
import { newReader } from "./reader.ts";

const API = "http://127.0.0.1:3000";
/** The line by which `deno task dev` shows that it is ready. */
const READY = /^ {2}curl .* (http:\/\/127\.0\.0\.1:\d+)\/api\/assets\/analyze-queue$/;

const blocks = await readmeBlocks();

/** Takes a block out of those that want a proof. */
function take(name: string): string {
  const text = blocks.get(name);
  assert.ok(text, `The README has no block "${name}"`);
  blocks.delete(name);
  return text;
}

const TWO_COMMANDS = take("Two commands, sh 1");
const DEV = take("The first five minutes, sh 1");
const UPLOAD = take("The first five minutes, sh 2");
const LOOK = take("The first five minutes, sh 3");
const ROUTES = take("The API, sh 1");
const TYPESCRIPT = take("Events, ts 1");
const PYTHON = take("Events, python 1");
const EVENT = take("Events, json 1");
const AI_SERVICE = take("Your own AI service, python 1");
const DEV_WITH_AI_SERVICE = take("Your own AI service, sh 1");
const FROM_SOURCE = take("Running it, sh 1");

Deno.test("every command and example of the README has its proof here, or says why not", () => {
  assert.deepEqual([...blocks.keys()], [
    "The way of the data, mermaid 1", // a picture
    "Running it, sh 2", // tests/pipeline/binary_test.ts
    "Running it, sh 3", // wants Docker; tests/project/containers_test.ts holds its files to the code
  ]);
});

Deno.test("the two commands are the demo, which tests/dev runs, and the gate, in which this runs", async () => {
  const ci = await readProjectFile(".ci/run");
  const [demo, gate] = TWO_COMMANDS.split("\n").map((line) => line.split("#")[0]?.trim() ?? "");
  assert.equal(demo, "npx -y deno@2.9.6 task demo");
  assert.match(ci, new RegExp(`^exec ${gate}$`, "m"));
  assert.match(denoJson.tasks.demo.command, / dev\/demo\.ts$/);
});

Deno.test("a reader brings up the stack, uploads a photo of their own and gets its result, by every way shown", async () => {
  await using reader = await newReader({ PORT: String(freePort()) });
  await using dev = await reader.start(DEV, READY);
  const api = dev.ready[1] ?? "";
  const here = (text: string) => text.replaceAll(API, api);
  const heard = () =>
    dev.lines.filter((line) => /^alice +hears asset_processed: active/.test(line));

  const uploaded = JSON.parse(await reader.run(here(UPLOAD)));
  await until("alice to hear", () => heard().length === 1);
  const [, token] = UPLOAD.split("\n")[0]?.match(/^export TOKEN=(.*?) +#/) ?? [];
  const as = (text: string) => here(`TOKEN=${token}\nexport TOKEN\n${text}`);
  const { data } = JSON.parse(await reader.run(as(LOOK)));
  assert.equal(data.items[0].assetId, uploaded.data.assetId);
  assert.equal(data.items[0].aiMetadata.colorway.value, "brown / red / orange");

  const answers = (await reader.run(as(ROUTES))).trim().replaceAll("}{", "}\n{").split("\n");
  const [asset, queue, deadLetters, dryRun] = answers.map((answer) => JSON.parse(answer).data);
  assert.match(asset.status, /^(processing|active)$/);
  assert.equal(queue.deadLetter, 0);
  assert.deepEqual(deadLetters, { items: [], nextCursor: null });
  assert.deepEqual(dryRun, { matched: 0, replayed: 0 });

  await reader.write("example.ts", here(TYPESCRIPT));
  assertTold(await reader.run(as("npx -y deno@2.9.6 run --check -A example.ts")));

  await reader.write("example.py", here(PYTHON));
  const packages = await pythonPackages(reader);
  assertTold(await reader.run(as(`PYTHONPATH=${packages} python3 example.py`)));
});

/** The example has printed that it was accepted, and the result. */
function assertTold(printed: string): void {
  const [, assetId] = /^202 ([0-9a-f]{24})$/m.exec(printed) ?? [];
  assert.match(printed, new RegExp(`^${assetId} active \\{.*\\bcolorway\\b`, "ms"));
}

Deno.test("the event of the README is one that the contract allows", () => {
  assertEvent(JSON.parse(EVENT.replace("…", "image")));
});

Deno.test("the README's own AI service is one that the stack works with", async () => {
  await using reader = await newReader({ PORT: String(freePort()) });
  const port = String(freePort());
  await reader.write("service.py", `${AI_SERVICE.replaceAll("8000", port)}`);
  await using _ = await startService(reader, port);
  await using dev = await reader.start(DEV_WITH_AI_SERVICE.replaceAll("8000", port), READY);
  const [line = ""] = dev.ready;
  const { assetId } = JSON.parse(await reader.run(line)).data;
  const token = /Bearer ([^"]+)/.exec(line)?.[1];
  const asset = await until("the result", async () => {
    const headers = { Authorization: `Bearer ${token}` };
    const { data } = await (await fetch(`${dev.ready[1]}/api/assets/${assetId}`, { headers }))
      .json();
    return data.status === "active" ? data : undefined;
  });
  assert.deepEqual(asset.aiMetadata.brand, { value: "Leica", confidence: 0.9 });
  assert.equal(asset.images.processed.url, asset.images.original.url);
});

/** It says nothing when it is ready, so the shell does once it listens. */
function startService(reader: Awaited<ReturnType<typeof newReader>>, port: string) {
  const listens = `until curl -s -o /dev/null http://127.0.0.1:${port}; do sleep 0.1; done`;
  return reader.start(
    `sh -c '(${listens}; echo listening) & exec python3 service.py'`,
    /^listening$/,
  );
}

Deno.test("API and worker run with an .env made of .env.example", async () => {
  await using resources = new AsyncDisposableStack();
  const { env } = await startOutside(resources);
  await using reader = await newReader();
  const [copy, api, worker] = FROM_SOURCE.trim().split("\n").map((line) =>
    line.split("#")[0] ?? ""
  );
  await reader.write(".env.example", await readProjectFile(".env.example"));
  await reader.run(copy ?? "");
  const written = await Deno.readTextFile(join(reader.folder, ".env"));
  const filledIn = Object.entries({ ...env, JWT_SECRET }).reduce(
    (text, [name, value]) =>
      text.replace(new RegExp(`^${name}=.*$`, "m"), () => `${name}=${value}`),
    written,
  );
  await reader.write(".env", filledIn);
  await using running = await reader.start(api ?? "", /"url":"([^"]+)","msg":"API ready"/);
  await using _ = await reader.start(worker ?? "", /"msg":"Worker ready"/);
  const url = running.ready[1] ?? "";
  const user = await newUser();
  using device = await connect(url, { token: user.token });
  const { assetId } = (await user.submit(url)).body.data;
  assert.equal((await device.eventOf(assetId)).status, "active");
});
