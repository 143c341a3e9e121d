export interface TestServer extends AsyncDisposable {
  /** No trailing slash. */
  readonly url: string;
}

/** An HTTP server that gives whatever a test wants; disposing cuts what is still under way. */
export function serveAnswers(
  answer: (request: Request) => Response | Promise<Response>,
): TestServer {
  const closing = new AbortController();
  const { signal } = closing;
  const options = { port: 0, hostname: "127.0.0.1", signal, onListen() {} };
  const server = Deno.serve(options, answer);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await server.finished;
    },
  };
}

/** Answers every connection with this text, whether it is HTTP or not, and closes it. */
export function serveRawText(text: string): TestServer {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(4096));
      await connection.write(new TextEncoder().encode(text));
      connection.close();
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}
