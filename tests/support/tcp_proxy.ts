import { setTimeout as pause } from "node:timers/promises";

/** What a blackhole swallows: what the client sends, what the server answers, or both. */
export type Direction = "requests" | "answers" | "both";

export interface TcpProxy extends AsyncDisposable {
  /** The address given, with the proxy in place of its host. */
  readonly url: string;
  /** What blackholes have swallowed since the last `restore`, as Latin-1 text. */
  readonly swallowed: string;
  /** From now on the server seems to be gone: connections are cut, new ones refused. */
  cut(): void;
  /** The connections that there are end now; new ones are taken. */
  drop(): void;
  /** From now on connections stay, but nothing comes through that way. */
  blackhole(direction: Direction): void;
  /** As `blackhole("answers")`: the server seems to be stopped. */
  freeze(): void;
  /** From now on whatever passes is that much later, each way. */
  delay(milliseconds: number): void;
  /** The server is there again, at the same address, as it always was. */
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
  const latin1 = new TextDecoder("latin1");
  let hole: Direction | undefined;
  let delayMs = 0;
  let swallowed = "";

  async function pass(from: Deno.TcpConn, to: Deno.TcpConn, direction: Direction) {
    let written = Promise.resolve();
    for await (const bytes of from.readable) {
      if (hole === direction || hole === "both") {
        swallowed += latin1.decode(bytes);
        continue;
      }
      const dueAt = Date.now() + delayMs;
      written = written.then(() => write(to, bytes, dueAt));
      // Without a delay the sender is to feel a slow receiver.
      if (delayMs === 0) await written;
      else written.catch(() => drop(to));
    }
    await written;
  }

  async function write(to: Deno.TcpConn, bytes: Uint8Array, dueAt: number) {
    const earlyMs = dueAt - Date.now();
    if (earlyMs > 0) await pause(earlyMs);
    for (let sent = 0; sent < bytes.length;) sent += await to.write(bytes.subarray(sent));
  }

  async function serve(client: Deno.TcpConn) {
    open.add(client);
    const pair = [client];
    try {
      const server = await Deno.connect({ hostname, port: Number(port) });
      open.add(server);
      pair.push(server);
      await Promise.race([pass(client, server, "requests"), pass(server, client, "answers")]);
    } catch {
      // One of them has gone, and takes the other one along.
    }
    for (const connection of pair) drop(connection);
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

  const dropAll = () => open.forEach(drop);

  let isListening = true;
  function cut() {
    if (isListening) listener.close();
    isListening = false;
    dropAll();
  }

  async function accept() {
    for await (const client of listener) void serve(client);
  }

  let accepting = accept();
  const blackhole = (direction: Direction) => void (hole = direction);
  return {
    url: `${scheme}127.0.0.1:${addr.port}${rest}`,
    get swallowed() {
      return swallowed;
    },
    cut,
    drop: dropAll,
    blackhole,
    freeze: () => blackhole("answers"),
    delay: (milliseconds) => void (delayMs = milliseconds),
    restore() {
      // What was swallowed does not come back, so its connection cannot go on.
      if (hole) dropAll();
      [hole, delayMs, swallowed] = [undefined, 0, ""];
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
