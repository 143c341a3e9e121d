import { connect as connectTcp } from "node:net";
import { once } from "node:events";
import { startApi } from "../../src/roles/api.ts";
import { parseConfig } from "../../src/config/config.ts";
import { connect, newUser } from "../support/client.ts";
import { startOutside } from "../support/pipeline.ts";
import { quietLogger } from "../support/quiet_logger.ts";
import { until } from "../support/until.ts";

Deno.test("T065 closing the API ends every socket, by websocket and by polling, and its port", async () => {
  await using resources = new AsyncDisposableStack();
  const outside = await startOutside(resources);
  // In the test's own process, whose end would close the sockets all the same.
  await using api = new AsyncDisposableStack();
  const { url } = await startApi(parseConfig(outside.env), quietLogger, api);
  const { token } = await newUser();
  using phone = await connect(url, { token });
  using browser = await connect(url, { token }, ["polling"]);
  await api.disposeAsync();
  await until("the sockets to be closed", () => [phone, browser].every(isClosed));
  // The system may take a connection more and reset it, before it refuses them.
  await until("the port to be closed", async () => {
    const socket = connectTcp(Number(new URL(url).port), "127.0.0.1");
    const [error] = await once(socket, "error");
    return error.code === "ECONNREFUSED";
  });
});

function isClosed({ socket }: { socket: { disconnected: boolean } }): boolean {
  return socket.disconnected;
}
