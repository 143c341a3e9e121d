import type { DataServer } from "./data_servers.ts";
import { DevServiceError } from "./dev_service_error.ts";

const TIMEOUT_MS = 3_000;

interface Address {
  hostname: string;
  port: number;
}

/**
 * Makes sure that something accepts TCP connections at a URL the user gave, within 3 seconds, and
 * returns where that is, without the URL's password. Throws a DevServiceError that names the
 * variable. Only the DNS knows the hosts of a `mongodb+srv` URL, so that one is taken on trust.
 */
export async function checkAnswering(
  { urlVariable }: Pick<DataServer, "urlVariable">,
  url: string,
  signal?: AbortSignal,
): Promise<string> {
  const { scheme, hosts } = partsOf(url, urlVariable);
  if (scheme === "mongodb+srv") return hosts;
  const addresses = addressesOf(hosts, urlVariable);
  const places = addresses.map(({ hostname, port }) => `${hostname}:${port}`).join(", ");
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const until = signal ? AbortSignal.any([signal, timeout]) : timeout;
  try {
    await Promise.any(addresses.map((address) => connect(address, until)));
  } catch {
    signal?.throwIfAborted();
    throw new DevServiceError(
      `Nothing answers at ${places}, where ${urlVariable} points. Start it there, ` +
        `or unset ${urlVariable} to have one started here.`,
    );
  }
  return places;
}

async function connect(address: Address, signal: AbortSignal): Promise<void> {
  (await Deno.connect({ ...address, signal })).close();
}

function partsOf(url: string, variable: DataServer["urlVariable"]) {
  const schemes = variable === "REDIS_URL" ? "rediss?" : "mongodb(?:\\+srv)?";
  const parts = new RegExp(`^(${schemes})://(?:[^@/]*@)?([^@/?#]+)`).exec(url);
  const [scheme, hosts] = [parts?.[1], parts?.[2]];
  if (scheme === undefined || hosts === undefined) throw badUrl(variable);
  return { scheme, hosts };
}

function addressesOf(hosts: string, variable: DataServer["urlVariable"]): Address[] {
  const defaultPort = variable === "REDIS_URL" ? 6379 : 27017;
  return hosts.split(",").map((host) => {
    const { hostname, port } = URL.parse(`tcp://${host}`) ?? {};
    if (!hostname) throw badUrl(variable);
    return { hostname: hostname.replace(/^\[|\]$/g, ""), port: Number(port || defaultPort) };
  });
}

function badUrl(variable: DataServer["urlVariable"]): DevServiceError {
  const example = variable === "REDIS_URL" ? "redis://127.0.0.1:6379" : "mongodb://127.0.0.1:27017";
  return new DevServiceError(`${variable} is no URL of the form ${example}.`);
}
