import { join } from "node:path";
import { binaryFault } from "./binary_fault.ts";
import type { DataServer } from "./data_servers.ts";
import { DevServiceError } from "./dev_service_error.ts";
import { fetchServer, type FetchServerOptions } from "./fetch_server.ts";
import { findOnPath, isExecutable } from "./find_on_path.ts";
import { installAdvice, type System, thisSystem, urlAdvice } from "./install_advice.ts";
import { serverSource } from "./server_source.ts";

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

  const cached = await cachedBinary(server, options, system);
  const fault = await binaryFault(cached, server.minimum, options);
  if (fault === undefined) return cached;
  throw new DevServiceError(`${cached} ${fault}. ${urlAdvice(server)}`);
}

async function cachedBinary(
  server: DataServer,
  options: ServerBinaryOptions,
  system: System,
): Promise<string> {
  const none = (why: string) =>
    new DevServiceError(
      `No ${server.name} of version ${server.minimum.join(".")} or newer is on the PATH, ` +
        `and ${why}. ${installAdvice(server, system)}`,
    );
  const source = serverSource(server, system);
  if (source === undefined) {
    throw none(`for ${system.os} on ${system.arch} there is none to download`);
  }
  const cached = join(options.cacheDir, source.cacheFolder, server.name);
  if (isExecutable(cached)) return cached;
  const report = (line: string) => options.report(`${server.name}: ${line}`);
  try {
    await fetchServer(source, cached, { ...options, report });
  } catch (error) {
    throw error instanceof DevServiceError ? none(error.message) : error;
  }
  return cached;
}
