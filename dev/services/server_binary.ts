import { join } from "node:path";
import { binaryFault } from "./binary_fault.ts";
import type { DataServer } from "./data_servers.ts";
import { DevServiceError } from "./dev_service_error.ts";
import { fetchServer, type FetchServerOptions } from "./fetch_server.ts";
import { findOnPath, isExecutable } from "./find_on_path.ts";
import { installAdvice, type System, thisSystem } from "./install_advice.ts";
import { type ServerSource, serverSources } from "./server_source.ts";

export interface ServerBinaryOptions extends FetchServerOptions {
  /** The machine to decide for; this one unless given. */
  system?: System;
}

/**
 * The path of a server binary that runs: from the PATH, else from the cache, else downloaded.
 * Throws a DevServiceError that says why there is none and what to install.
 */
export async function serverBinary(
  server: DataServer,
  options: ServerBinaryOptions,
): Promise<string> {
  const { system = thisSystem() } = options;
  const onPath = findOnPath(server.name, options.path);
  if (onPath !== undefined) {
    const fault = await binaryFault(onPath, server.minimum, options);
    if (fault === undefined) return onPath;
    options.report(`${server.name}: passing over ${onPath}, which ${fault}`);
  }

  const reasons: string[] = [];
  for (const source of serverSources(server, system)) {
    const reason = reasons.at(-1);
    if (reason) options.report(`${server.name}: ${reason}`);
    try {
      return await cachedBinary(server, source, options);
    } catch (error) {
      if (!(error instanceof DevServiceError)) throw error;
      reasons.push(error.message);
    }
  }
  const why = reasons.join("; and ") ||
    `for ${system.os} on ${system.arch} there is none to download`;
  throw new DevServiceError(
    `No ${server.name} of version ${server.minimum.join(".")} or newer is on the PATH, ` +
      `and ${why}. ${installAdvice(server, system)}`,
  );
}

/** The program in the cache, downloaded if need be. Throws a DevServiceError that is the reason alone. */
async function cachedBinary(
  server: DataServer,
  source: ServerSource,
  options: ServerBinaryOptions,
): Promise<string> {
  const cached = join(options.cacheDir, source.cacheFolder, server.name);
  const report = (line: string) => options.report(`${server.name}: ${line}`);
  if (!isExecutable(cached)) await fetchServer(source, cached, { ...options, report });
  const fault = await binaryFault(cached, server.minimum, options);
  if (fault !== undefined) throw new DevServiceError(`${cached} ${fault}`);
  return cached;
}
