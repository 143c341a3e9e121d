import { explain } from "./assets/explain.ts";
import { parseConfig } from "./config/config.ts";
import { localUrl } from "./local_url.ts";

const ANSWER_MS = 2000;

/**
 * Why the API of this machine, with that environment, does not say it lives; undefined when it does.
 * For a container that has no other program to ask with.
 */
export async function healthFault(
  env: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  try {
    const { host, port } = parseConfig(env).http;
    const url = `${localUrl(host, port)}/livez`;
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    await response.body?.cancel();
    return response.ok ? undefined : `${url} answers ${response.status}`;
  } catch (error) {
    return explain(error);
  }
}
