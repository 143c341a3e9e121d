import type { DataServer } from "./data_server.ts";
import { DevServiceError } from "./dev_service_error.ts";

const TIMEOUT_MS = 3_000;

interface Address {
  hostname: string;
  port: number;
}

/**
 * Makes sure that something accepts TCP connections at a URL the user gave, within 3 seconds.
 * Throws a DevServiceError that names the variable and never shows the password in the URL.
 */
export async function checkAnswering(
  server: Pick<DataServer, "urlVariable">,
  url: string,
  signal?: AbortSignal,
): Promise<void> {
  const { urlVariable } = server;
  const addresses = await addressesOf(url, urlVariable);
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const until = signal ? AbortSignal.any([signal, timeout]) : timeout;
  try {
    await Promise.any(addresses.map((address) => connect(address, until)));
  } catch {
    signal?.throwIfAborted();
    const places = addresses.map(({ hostname, port }) => `${hostname}:${port}`).join(", ");
    throw new DevServiceError(
      `Nothing answers at ${places}, where ${urlVariable} points. Start it there, ` +
        `or unset ${urlVariable} to have one started here.`,
    );
  }
}

async function connect(address: Address, signal: AbortSignal): Promise<void> {
  (await Deno.connect({ ...address, signal })).close();
}

async function addressesOf(url: string, variable: DataServer["urlVariable"]): Promise<Address[]> {
  const [schemes, defaultPort] = variable === "REDIS_URL"
    ? ["rediss?", 6379] as const
    : ["mongodb(?:\\+srv)?", 27017] as const;
  const parts = new RegExp(`^(${schemes})://(?:[^@/]*@)?([^@/?#]+)`).exec(url);
  const [scheme, hosts] = [parts?.[1], parts?.[2]];
  if (scheme === undefined || hosts === undefined) throw badUrl(variable);
  if (scheme === "mongodb+srv") return await serviceAddresses(hosts, variable);
  return hosts.split(",").map((host) => {
    const { hostname, port } = URL.parse(`tcp://${host}`) ?? {};
    if (!hostname) throw badUrl(variable);
    return { hostname: hostname.replace(/^\[|\]$/g, ""), port: Number(port || defaultPort) };
  });
}

async function serviceAddresses(host: string, variable: string): Promise<Address[]> {
  try {
    const records = await Deno.resolveDns(`_mongodb._tcp.${host}`, "SRV");
    return records.map(({ target, port }) => ({ hostname: target, port }));
  } catch (cause) {
    throw new DevServiceError(
      `The DNS knows no MongoDB service "${host}", as ${variable} has it.`,
      {
        cause,
      },
    );
  }
}

function badUrl(variable: DataServer["urlVariable"]): DevServiceError {
  const example = variable === "REDIS_URL" ? "redis://127.0.0.1:6379" : "mongodb://127.0.0.1:27017";
  return new DevServiceError(`${variable} is no URL of the form ${example}.`);
}
