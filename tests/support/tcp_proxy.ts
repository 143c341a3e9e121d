export interface TcpProxy extends AsyncDisposable {
  /** The address given, with the proxy in place of its host. */
  readonly url: string;
  /** From now on the server seems to be gone: connections are cut, new ones refused. */
  cut(): void;
  /** From now on the server seems to be stopped: connections stay, but no answer comes. */
  freeze(): void;
  /** The server is there again, at the same address. */
  restore(): void;
}

/** Stands between a client and a real server, whose outage one test may want and others may not. */
export function startTcpProxy(targetUrl: string): TcpProxy {
  const target = /^(\w+:\/\/(?:[^@/]*@)?)([^:/]+):(\d+)(.*)$/.exec(targetUrl);
  if (!target) throw new TypeError(`No host and port to stand before: ${targetUrl}`);
  const [, scheme, hostname = "", port, rest] = target;
  let listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { addr } = listener;
  const open = new Set<Deno.TcpConn>();
  let isFrozen = false;

  async function pass(from: Deno.TcpConn, to: Deno.TcpConn, isAnswer: boolean) {
    for await (const bytes of from.readable) {
      if (isAnswer && isFrozen) continue;
      for (let sent = 0; sent < bytes.length;) sent += await to.write(bytes.subarray(sent));
    }
  }

  async function serve(client: Deno.TcpConn) {
    open.add(client);
    const server = await Deno.connect({ hostname, port: Number(port) });
    open.add(server);
    const isOver = Promise.race([pass(client, server, false), pass(server, client, true)]);
    await isOver.catch(() => {});
    for (const connection of [client, server]) drop(connection);
  }

  function drop(connection: Deno.TcpConn) {
    if (!open.delete(connection)) return;
    try {
      connection.close();
    } catch (error) {
      // The end of its stream has closed it already.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  let isListening = true;
  function cut() {
    if (isListening) listener.close();
    isListening = false;
    for (const connection of open) drop(connection);
  }

  async function accept() {
    for await (const client of listener) void serve(client);
  }

  let accepting = accept();
  return {
    url: `${scheme}127.0.0.1:${addr.port}${rest}`,
    cut,
    freeze: () => void (isFrozen = true),
    restore() {
      isFrozen = false;
      // What was swallowed does not come back.
      for (const connection of open) drop(connection);
      if (isListening) return;
      isListening = true;
      listener = Deno.listen({ hostname: "127.0.0.1", port: addr.port });
      accepting = accept();
    },
    async [Symbol.asyncDispose]() {
      cut();
      await accepting;
    },
  };
}
