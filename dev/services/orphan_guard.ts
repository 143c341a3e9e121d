// The shell's input closes when this process ends, however it ends.
const SCRIPT = `read -r _; kill -TERM "-$1"
tries=100
while kill -0 "-$1" && [ $((tries -= 1)) -gt 0 ]; do sleep 0.1; done
kill -KILL "-$1"`;

/**
 * Has the process group that `pid` leads (a detached child) terminated should this process die,
 * even by SIGKILL, before it disposes of the guard; what ignores that is killed 10 s later.
 */
export function guardAgainstOrphan(pid: number): AsyncDisposable {
  if (Deno.build.os === "windows") return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const guard = new Deno.Command("/bin/sh", {
    args: ["-c", SCRIPT, "orphan-guard", String(pid)],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    // What ends this process's whole group, as Ctrl-C does, must not end the guard with it.
    detached: true,
  }).spawn();

  return {
    async [Symbol.asyncDispose]() {
      try {
        guard.kill("SIGKILL");
      } catch {
        // Somebody else has ended it.
      }
      await guard.status;
      await guard.stdin.close().catch(() => {});
    },
  };
}
