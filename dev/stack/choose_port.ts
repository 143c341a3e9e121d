import { freePort } from "../services/start_server.ts";
import { DevServiceError } from "../services/dev_service_error.ts";

/**
 * The port for the API: the one that is asked for, or any for "0". Throws a DevServiceError when somebody
 * has it. What is no port is left to the API to complain about.
 */
export function choosePort(asked: string, hostname: string): string {
  if (asked === "0") return String(freePort());
  try {
    Deno.listen({ hostname, port: Number(asked) }).close();
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw portTaken(asked, hostname);
  }
  return asked;
}

function portTaken(port: string, hostname: string): DevServiceError {
  return new DevServiceError(
    `PORT ${port} on HOST ${hostname} is in use: stop what listens there, ` +
      `or have another one, such as PORT=${freePort()}, in the environment`,
  );
}
