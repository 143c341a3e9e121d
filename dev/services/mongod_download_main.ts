import { basename } from "node:path";
import type {
  ArchiveOptions,
  MemoryServerPackage,
  MongoBinaryDownload as Downloader,
  OperatingSystem,
} from "./memory_server_package.ts";
import type { System } from "./install_advice.ts";

// No import by its name: then Deno would download it, and all it needs, on every machine.
const PACKAGE = "npm:mongodb-memory-server-core@11.3.0/lib/util";
const MODULES = ["errors", "getos/index", "MongoBinaryDownload", "MongoBinaryDownloadUrl"];
const loaded = await Promise.all(MODULES.map((name) => import(`${PACKAGE}/${name}.js`)));
const {
  DownloadError,
  Md5CheckFailedError,
  MongoBinaryDownload,
  MongoBinaryDownloadUrl,
  parseOS,
}: MemoryServerPackage = Object.assign({}, ...loaded);

/**
 * Downloads the MongoDB of a version for a system into the working directory and unpacks its mongod
 * there. What it comes to stands on standard output, a word and what there is to it on each line:
 * `downloading`, `bytes` (how many will come), `unpacking`, or in the end `failed`.
 */
async function main(version: string, system: System): Promise<void> {
  const { os: platform, arch } = system;
  const os = platform === "linux" ? linuxOf(system) : { os: platform };
  const options = { version, platform, arch, os, downloadDir: Deno.cwd(), checkMD5: true };
  const url = await archiveUrl(options).catch(({ message }) =>
    fail(`${none(version)}: ${message}`)
  );
  const archive = basename(url.pathname);
  say("downloading", `${archive} from ${url.hostname}`);

  const downloader = new MongoBinaryDownload(options);
  tellBytes(downloader);
  const file = await downloader.startDownload()
    .catch((error) => fail(reason(error, version, url)));
  say("unpacking", archive);
  const found = await downloader.extractTarGz(
    file,
    "mongod",
    (name) => name.endsWith("/bin/mongod"),
  )
    .catch((error) => fail(`${archive} could not be unpacked: ${error.message}`));
  if (found === undefined) fail(`${archive} holds no mongod`);
}

async function archiveUrl(options: ArchiveOptions): Promise<URL> {
  return new URL(await new MongoBinaryDownloadUrl(options).getDownloadUrl());
}

/** MongoDB has no arm64 builds for Debian; those for Ubuntu 22.04 run on Debian 12 and newer. */
function linuxOf({ arch, osRelease }: System): OperatingSystem {
  const os = parseOS(osRelease);
  const names = [os.dist, ...os.id_like ?? []];
  const isDebian = names.includes("debian") && !names.includes("ubuntu");
  return isDebian && arch === "aarch64" ? { os: "linux", dist: "ubuntu", release: "22.04" } : os;
}

function tellBytes(downloader: Downloader): void {
  const print = downloader.printDownloadProgress;
  downloader.printDownloadProgress = (...args) => {
    downloader.printDownloadProgress = print;
    say("bytes", String(downloader.dlProgress.length));
    downloader.printDownloadProgress(...args);
  };
}

function reason(error: Error, version: string, { hostname, pathname }: URL): string {
  const archive = basename(pathname);
  if (error instanceof Md5CheckFailedError) {
    return `the downloaded ${archive} does not match its MD5 checksum, so it was thrown away`;
  }
  const said = error instanceof DownloadError ? error.msg : error.message;
  if (/^Status Code .*\b40[34]\b/.test(said)) {
    return `${none(version)}: ${hostname} has no ${archive}`;
  }
  return `${archive} could not be downloaded from ${hostname}; is there a network? ` +
    `mongodb-memory-server-core says "${said}"`;
}

function none(version: string): string {
  return `there is no MongoDB ${version} for this system`;
}

function say(word: string, rest: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${word} ${rest.replaceAll("\n", " ")}\n`));
}

function fail(why: string): never {
  say("failed", why);
  Deno.exit(1);
}

if (import.meta.main) {
  const [version = "", system = ""] = Deno.args;
  await main(version, JSON.parse(system));
}
