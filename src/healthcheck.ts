import { get } from "node:http";
import { explain } from "./assets/explain.ts";
import { parseConfig } from "./config/config.ts";
import { localUrl } from "./local_url.ts";

const ANSWER_MS = 2000;

/**
 * Why the API of this machine, with these settings, does not say it lives; undefined when it does.
 * For a container that has no other program to ask with.
 */
export async function healthFault(
  readSettings: () => Promise<Readonly<Record<string, string | undefined>>>,
): Promise<string | undefined> {
  try {
    const { host, port } = parseConfig(await readSettings()).http;
    const url = `${localUrl(host, port)}/livez`;
    const status = await statusOf(url);
    return status === 200 ? undefined : `${url} answers ${status}`;
  } catch (error) {
    return explain(error);
  }
}

/** Not by fetch, which would ask by way of a proxy where the environment names one. */
function statusOf(url: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const request = get(url, { timeout: ANSWER_MS }, (response) => {
    response.resume();
    resolve(response.statusCode);
  });
  request.on("error", reject);
  request.on("timeout", () => request.destroy(new Error(`${url} does not answer`)));
  return promise;
}
