/** A TCP port that was free on 127.0.0.1 a moment ago; another process may still take it first. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
