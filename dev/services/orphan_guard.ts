// The shell's input closes when this process ends, however it ends.
const SCRIPT = `trap '' INT HUP QUIT TERM; read -r _; kill -TERM "$1"`;

/** Has `pid` terminated should this process die, even by SIGKILL, before it disposes of the guard. */
export function guardAgainstOrphan(pid: number): AsyncDisposable {
  if (Deno.build.os === "windows") return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const guard = new Deno.Command("/bin/sh", {
    args: ["-c", SCRIPT, "orphan-guard", String(pid)],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
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
