import type { Logger } from "../assets/ports.ts";

const CONNECT_MS = 5000;

/** Says at the start whether anything listens at the AI service's address; jobs are tried either way. */
export async function warnIfUnreachable(url: string, logger: Logger): Promise<void> {
  const { protocol, hostname, port } = new URL(url);
  const address = {
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port) || (protocol === "https:" ? 443 : 80),
  };
  try {
    (await Deno.connect({ ...address, signal: AbortSignal.timeout(CONNECT_MS) })).close();
  } catch (err) {
    logger.warn(
      { address: `${hostname}:${address.port}`, err },
      "Nothing answers where AI_SERVICE_URL points: jobs wait until something does; a lone one fails",
    );
  }
}
