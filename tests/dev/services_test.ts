import assert from "node:assert/strict";
import { join } from "node:path";
import { userCacheDir } from "../../dev/services/cache_dir.ts";
import { redisServer } from "../../dev/services/data_servers.ts";
import { type DataServicesOptions, startDataServices } from "../../dev/services/data_services.ts";
import { DevServiceError } from "../../dev/services/dev_service_error.ts";
import { serverBinary } from "../../dev/services/server_binary.ts";
import { freePort, startServer } from "../../dev/services/start_server.ts";
import { temporaryFolder } from "./service_fakes.ts";

function optionsFor(folder: string): DataServicesOptions & { lines: string[] } {
  const lines: string[] = [];
  const { HOME, XDG_CACHE_HOME, PATH = "" } = Deno.env.toObject();
  const cacheDir = userCacheDir({ HOME, XDG_CACHE_HOME });
  return {
    dataDir: join(folder, "data"),
    cacheDir,
    path: PATH,
    lines,
    report: (line) => lines.push(line),
  };
}

/** Sends one line to a server and gives the beginning of its answer. */
async function ask(url: string, question: string): Promise<string> {
  using connection = await connect(url);
  await connection.write(new TextEncoder().encode(`${question}\r\n`));
  const answer = new Uint8Array(256);
  const length = await connection.read(answer);
  return new TextDecoder().decode(answer.subarray(0, length ?? 0));
}

function connect(url: string): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(url);
  return Deno.connect({ hostname, port: Number(port) });
}

async function assertNobodyAt(url: string): Promise<void> {
  await assert.rejects(connect(url), Deno.errors.ConnectionRefused);
}

Deno.test("Redis and MongoDB come up together, as the project needs them, and go", async () => {
  await using folder = temporaryFolder();
  const options = optionsFor(folder.path);
  const services = await startDataServices(options);

  assert.equal(await ask(services.redisUrl, "PING"), "+PONG\r\n");
  assert.match(await ask(services.redisUrl, "CONFIG GET maxmemory-policy"), /noeviction/);
  assert.match(await ask(services.redisUrl, "CONFIG GET appendonly"), /yes/);
  assert.match(services.mongoUri, /^mongodb:\/\/127\.0\.0\.1:\d+$/);
  (await connect(services.mongoUri)).close();
  assert.ok(options.lines.includes(`mongod: ready at ${services.mongoUri}`));

  await services[Symbol.asyncDispose]();
  await assertNobodyAt(services.redisUrl);
  await assertNobodyAt(services.mongoUri);
});

Deno.test("data outlives a restart", async () => {
  await using folder = temporaryFolder();
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const mongoUri = `mongodb://127.0.0.1:${other.addr.port}`;
  const options = { ...optionsFor(folder.path), mongoUri };
  {
    await using first = await startDataServices(options);
    assert.equal(await ask(first.redisUrl, "SET color teal"), "+OK\r\n");
  }
  await using second = await startDataServices(options);
  assert.equal(await ask(second.redisUrl, "GET color"), "$4\r\nteal\r\n");
});

Deno.test("URLs that are given are used as they are, without a cache folder, and nothing is started", async () => {
  await using folder = temporaryFolder();
  using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const place = `127.0.0.1:${server.addr.port}`;
  const redisUrl = `redis://user:secret@${place}/3`;
  const mongoUri = `mongodb://ada:secret@127.0.0.1:${freePort()},${place}/assets?replicaSet=rs0`;
  const lines: string[] = [];
  {
    await using services = await startDataServices({
      dataDir: join(folder.path, "data"),
      get cacheDir() {
        return assert.fail("a cache folder is not needed");
      },
      path: "",
      redisUrl,
      mongoUri,
      report: (line) => lines.push(line),
    });
    assert.equal(services.redisUrl, redisUrl);
    assert.equal(services.mongoUri, mongoUri);
  }
  assert.equal(lines[0], `redis-server: yours at ${place}`);
  assert.match(lines[1] ?? "", new RegExp(`^mongod: yours at 127\\.0\\.0\\.1:\\d+, ${place}$`));
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
  (await connect(redisUrl)).close();
});

Deno.test("URLs where nothing answers are one error that names both variables and no password", async () => {
  await using folder = temporaryFolder();
  const port = freePort();
  const redisUrl = `redis://user:secret@127.0.0.1:${port}`;
  const options = { ...optionsFor(folder.path), redisUrl, mongoUri: "localhost/assets" };
  const error = await startDataServices(options).then(() => undefined, (error) => error);
  assert.ok(error instanceof DevServiceError);
  assert.match(error.message, new RegExp(`at 127\\.0\\.0\\.1:${port}, where REDIS_URL points`));
  assert.match(error.message, /MONGODB_URI is no URL of the form mongodb:/);
  assert.doesNotMatch(error.message, /secret/);
});

Deno.test("a server that came up is stopped when the other one fails", async () => {
  await using folder = temporaryFolder();
  const mongoUri = `mongodb://127.0.0.1:${freePort()}`;
  const options = optionsFor(folder.path);
  await assert.rejects(startDataServices({ ...options, mongoUri }), /where MONGODB_URI points/);
  const url = options.lines.join("\n").match(/ready at (redis:\S+)/)?.[1];
  assert.ok(url);
  await assertNobodyAt(url);
});

Deno.test("an abort while they start stops what came up and rejects with the reason", async () => {
  await using folder = temporaryFolder();
  const abort = new AbortController();
  const reason = new Error("Ctrl-C");
  const options = optionsFor(folder.path);
  let redisUrl = "";
  const report = (line: string) => {
    redisUrl ||= /redis:\S+/.exec(line)?.[0] ?? "";
    if (redisUrl) abort.abort(reason);
  };
  await assert.rejects(startDataServices({ ...options, report, signal: abort.signal }), reason);
  await assertNobodyAt(redisUrl);
});

Deno.test("a port that somebody else took is given up for another one", async () => {
  await using folder = temporaryFolder();
  const options = optionsFor(folder.path);
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const ports = [taken.addr.port, freePort()];
  const started = await startServer(redisServer, {
    binary: await serverBinary(redisServer, options),
    dataDir: options.dataDir,
    choosePort: () => ports.shift() ?? 0,
  });
  await using _child = started.child;
  assert.deepEqual(ports, []);
  assert.equal(await ask(started.url, "PING"), "+PONG\r\n");
});

Deno.test("a server that does not start is an error with its own words and its log", async () => {
  await using folder = temporaryFolder();
  const options = optionsFor(folder.path);
  const binary = await serverBinary(redisServer, options);
  const server = { ...redisServer, args: () => ["--nonsense", "yes"] };
  await assert.rejects(startServer(server, { binary, dataDir: options.dataDir }), {
    name: "DevServiceError",
    message: new RegExp(
      `Its log is ${options.dataDir}/redis-server\\.log, and says:\n.*nonsense`,
      "s",
    ),
  });
});

Deno.test("the cache is where the system has it, and a home is needed", () => {
  const HOME = "/home/ada";
  const name = "ai-queue-pipeline";
  assert.equal(userCacheDir({ HOME }, "linux"), `/home/ada/.cache/${name}`);
  assert.equal(userCacheDir({ HOME }, "darwin"), `/home/ada/Library/Caches/${name}`);
  assert.equal(userCacheDir({ HOME, XDG_CACHE_HOME: "/x" }, "linux"), `/x/${name}`);
  assert.equal(
    userCacheDir({ HOME, XDG_CACHE_HOME: "relative" }, "linux"),
    `/home/ada/.cache/${name}`,
  );
  assert.throws(() => userCacheDir({}, "linux"), DevServiceError);
});
