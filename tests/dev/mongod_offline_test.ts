import assert from "node:assert/strict";
import { mongodServer } from "../../dev/services/data_servers.ts";
import { serverBinary } from "../../dev/services/server_binary.ts";
import { freePort } from "../../dev/services/start_server.ts";
import { until } from "../support/until.ts";
import { inHalves, mongodArchive, serveArchives, wholeAnswer } from "./mongod_archives.ts";
import { cached, HALF, MAC_ARCHIVE, optionsFor, reasonOf } from "./mongod_download_harness.ts";
import { temporaryFolder } from "./service_fakes.ts";
import { unknownCertificate } from "./unknown_certificate.ts";

const FOREVER = new Promise<void>(() => {});

Deno.test("without a network it is said what could not be reached", async () => {
  await using folder = temporaryFolder();
  const port = freePort();
  const options = optionsFor(folder.path, `http://127.0.0.1:${port}`);
  assert.equal(
    await reasonOf(options),
    `${MAC_ARCHIVE} could not be downloaded from 127.0.0.1; is there a network? ` +
      `mongodb-memory-server-core says "connect ECONNREFUSED 127.0.0.1:${port}"`,
  );
  assert.deepEqual(cached(options), []);
});

Deno.test("a server whose certificate nobody vouches for is not taken at its word", async () => {
  await using folder = temporaryFolder();
  await using server = serveArchives(await mongodArchive(folder.path), {
    certificate: unknownCertificate,
  });
  const reason = await reasonOf(optionsFor(folder.path, server.url));
  assert.match(reason, /could not be downloaded from localhost; .*"self-signed certificate"$/);
  assert.deepEqual(server.paths, []);
});

Deno.test("a server that accepts and does not answer is given up", async () => {
  await using folder = temporaryFolder();
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const options = optionsFor(folder.path, `http://127.0.0.1:${silent.addr.port}`, {
    silenceMs: 300,
  });
  assert.equal(
    await reasonOf(options),
    `for 0.3 s nothing came of ${MAC_ARCHIVE} from 127.0.0.1`,
  );
  assert.deepEqual(cached(options), []);
});

Deno.test("a download that stops half-way is given up", async () => {
  await using folder = temporaryFolder();
  const archive = await mongodArchive(folder.path);
  await using server = serveArchives(archive, {
    answer: () => wholeAnswer(archive, inHalves(archive, FOREVER)),
  });
  const options = optionsFor(folder.path, server.url, { silenceMs: 2_000 });
  assert.equal(await reasonOf(options), `for 2 s nothing came of ${MAC_ARCHIVE} from 127.0.0.1`);
  assert.match(options.lines[1] ?? "", HALF);
  assert.deepEqual(cached(options), []);
});

Deno.test("an abort ends a download, which leaves nothing", async () => {
  await using folder = temporaryFolder();
  const archive = await mongodArchive(folder.path);
  const cut = Promise.withResolvers<void>();
  await using server = serveArchives(archive, {
    answer: () => wholeAnswer(archive, inHalves(archive, FOREVER, cut.resolve)),
  });
  const abort = new AbortController();
  const reason = new Error("Ctrl-C");
  const options = optionsFor(folder.path, server.url, { signal: abort.signal });

  const aborted = assert.rejects(serverBinary(mongodServer, options), reason);
  await until("half of it to be reported", () => options.lines.some((line) => HALF.test(line)));
  abort.abort(reason);
  await aborted;
  await cut.promise;
  assert.deepEqual(cached(options), []);
});
