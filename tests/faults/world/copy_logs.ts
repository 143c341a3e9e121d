import { join } from "node:path";

/** Copies the logs in a folder to another one, in which only they are then. */
export async function copyLogs(from: string, to: string): Promise<void> {
  await Deno.remove(to, { recursive: true }).catch(() => {});
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isFile } of Deno.readDir(from)) {
    if (isFile && name.endsWith(".log")) await Deno.copyFile(join(from, name), join(to, name));
  }
}
