/** A Redis of a version that nobody should run any more: it tells its version, and says OK to all else. */
export function startOldRedis(version: string): { url: string } & AsyncDisposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const info = `# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\n`;
  const answers: Promise<unknown>[] = [];

  async function answer(client: Deno.TcpConn) {
    // One command is one array, in which each word follows its length.
    for await (const text of client.readable.pipeThrough(new TextDecoderStream())) {
      for (const [, command] of text.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
        const isInfo = command?.toLowerCase() === "info";
        const reply = isInfo ? `$${info.length}\r\n${info}\r\n` : "+OK\r\n";
        await client.write(new TextEncoder().encode(reply));
      }
    }
  }

  async function accept() {
    for await (const client of listener) answers.push(answer(client).catch(() => {}));
  }
  const accepting = accept();
  return {
    url: `redis://127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(answers);
    },
  };
}
