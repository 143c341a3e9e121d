import { basename, join } from "node:path";

/**
 * Makes a folder `<purpose>-…` in `parent` that is this process's own until disposal removes it.
 * Those of processes that died before they could remove theirs go now.
 */
export function claimFolder(parent: string, purpose: string): { path: string } & AsyncDisposable {
  Deno.mkdirSync(parent, { recursive: true });
  removeAbandoned(parent, `${purpose}-`);
  // Hidden until its lock is held, so that nobody takes it for an abandoned one.
  const draft = Deno.makeTempDirSync({ dir: parent, prefix: `.${purpose}-` });
  const lock = openLock(draft);
  lock.lockSync(true);
  const path = join(parent, basename(draft).slice(1));
  Deno.renameSync(draft, path);
  return {
    path,
    async [Symbol.asyncDispose]() {
      // What a server that is ending still writes to goes with the next claim.
      await Deno.remove(path, { recursive: true }).catch(() => {});
      lock.close();
    },
  };
}

/** The system frees the lock of a process that ends, however it ends. */
function openLock(folder: string): Deno.FsFile {
  return Deno.openSync(join(folder, "in_use.lock"), { create: true, write: true });
}

function removeAbandoned(parent: string, prefix: string): void {
  for (const { name } of Deno.readDirSync(parent)) {
    if (!name.startsWith(prefix)) continue;
    const folder = join(parent, name);
    try {
      using lock = openLock(folder);
      if (lock.tryLockSync(true)) Deno.removeSync(folder, { recursive: true });
    } catch {
      // Another run removes it too, or something still writes to it: the next claim tries again.
    }
  }
}
